package database

// SQLiteCode gives SQLite's primary result codes a meaning.
var SQLiteCode = sqliteCode
