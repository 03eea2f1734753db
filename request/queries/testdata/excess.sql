==== postgresql
SELECT 'administrator', '' WHERE current_setting('is_superuser') = 'on' UNION ALL SELECT 'writes', name FROM (VALUES ($1::text), ($2::text), ($3::text)) AS measured (name) WHERE has_table_privilege(to_regclass(name), 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(to_regclass(name), 'INSERT, UPDATE')
["\"pedido\"" "\"seguranca\".\"semente\"" "\"movimentacao_de_estoque_por_deposito\""]

==== postgresql
SELECT 'administrator', '' WHERE current_setting('is_superuser') = 'on'
[]

==== mysql
SHOW GRANTS
[]

==== mysql
SHOW GRANTS
[]

==== firebird
SELECT 'administrator', '' FROM RDB$DATABASE WHERE CURRENT_USER = 'SYSDBA' OR CURRENT_ROLE = 'RDB$ADMIN' UNION ALL SELECT DISTINCT 'writes', TRIM(RDB$RELATION_NAME) FROM RDB$USER_PRIVILEGES WHERE RDB$USER IN (CURRENT_USER, CURRENT_ROLE, 'PUBLIC') AND RDB$PRIVILEGE IN ('I', 'U', 'D') AND RDB$RELATION_NAME IN (?, ?, ?)
["PEDIDO" "semente" "MOVIMENTACAO_DE_ESTOQUE_POR_DEPOSITO"]

==== firebird
SELECT 'administrator', '' FROM RDB$DATABASE WHERE CURRENT_USER = 'SYSDBA' OR CURRENT_ROLE = 'RDB$ADMIN'
[]

==== sqlserver
SELECT 'administrator', '' WHERE IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_ROLEMEMBER('db_owner') = 1 UNION ALL SELECT 'writes', name FROM (VALUES (@p1), (@p2), (@p3)) AS measured (name) WHERE 1 IN (HAS_PERMS_BY_NAME(name, 'OBJECT', 'INSERT'), HAS_PERMS_BY_NAME(name, 'OBJECT', 'UPDATE'), HAS_PERMS_BY_NAME(name, 'OBJECT', 'DELETE'))
["[vendas].[pedido]" "[seguranca].[semente]" "[movimentacao_de_estoque_por_deposito]"]

==== sqlserver
SELECT 'administrator', '' WHERE IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_ROLEMEMBER('db_owner') = 1
[]

