package signedtext

// Change is one kind of difference between a file as it came and the file
// that Open reads, for the report to the person who sent it.
type Change struct {
	What  string // such as "quoting removed"; catalogues translate it as a word
	Line  int    // of the file as it came, from 1; 0: none or many
	Count int    // how often
}
