==== sqlite
-- unix-file []
-- setfacl -m u:<USER>:r '<FILE>'
-- windows-file []
-- icacls "<FILE>" /grant <USER>:R
-- other-files []

==== postgresql
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE ROLE "futura_licro" LOGIN PASSWORD <PASSWORD>
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10;
-- limits []
ALTER ROLE "futura_licro" SET default_transaction_read_only = on;
ALTER ROLE "futura_licro" SET statement_timeout = '15s';
ALTER ROLE "futura_licro" SET lock_timeout = '500ms';
ALTER ROLE "futura_licro" SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE "futura_licro" SET max_parallel_workers_per_gather = 0;
ALTER ROLE "futura_licro" SET temp_file_limit = 0;
-- reach [database <DATABASE>]
GRANT CONNECT ON DATABASE <DATABASE> TO "futura_licro";
GRANT USAGE ON SCHEMA "public" TO "futura_licro";
-- schema [schema public]
-- columns []
GRANT SELECT ("versao") ON "parametro" TO "futura_licro";
GRANT SELECT ("id", "criado", "protocolo") ON "pedido" TO "futura_licro";
GRANT SELECT ("id", "emitida", "chave") ON "nota_fiscal" TO "futura_licro";
GRANT SELECT ("id", "criado") ON "titulo" TO "futura_licro";
GRANT SELECT ("id", "criado") ON "cliente" TO "futura_licro";
GRANT SELECT ("id", "criado") ON "usuario" TO "futura_licro";
GRANT SELECT ("id", "criado") ON "deposito" TO "futura_licro";
-- temporary []
-- REVOKE TEMPORARY ON DATABASE <DATABASE> FROM PUBLIC;
-- create []
-- REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;

==== mysql
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE USER 'futura_licro'@'%' IDENTIFIED BY <PASSWORD>
  WITH MAX_USER_CONNECTIONS 10 /*M! MAX_STATEMENT_TIME 15 */;
-- host []
-- columns []
GRANT SELECT (`versao`) ON <DATABASE>.`parametro` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`, `protocolo`) ON <DATABASE>.`pedido` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `emitida`, `chave`) ON <DATABASE>.`nota_fiscal` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`) ON <DATABASE>.`titulo` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`) ON <DATABASE>.`cliente` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`) ON <DATABASE>.`usuario` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`) ON <DATABASE>.`deposito` TO 'futura_licro'@'%';

==== firebird
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE USER "FUTURA_LICRO" PASSWORD <PASSWORD>;
-- views []
CREATE OR ALTER VIEW "LIC_V1_PARAMETRO" AS SELECT "VERSAO" FROM "PARAMETRO";
GRANT SELECT ON "LIC_V1_PARAMETRO" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_PEDIDO" AS SELECT "ID", "CRIADO", "PROTOCOLO" FROM "PEDIDO";
GRANT SELECT ON "LIC_V1_PEDIDO" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_NOTA_FISCAL" AS SELECT "ID", "EMITIDA", "CHAVE" FROM "NOTA_FISCAL";
GRANT SELECT ON "LIC_V1_NOTA_FISCAL" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_TITULO" AS SELECT "ID", "CRIADO" FROM "TITULO";
GRANT SELECT ON "LIC_V1_TITULO" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_CLIENTE" AS SELECT "ID", "CRIADO" FROM "CLIENTE";
GRANT SELECT ON "LIC_V1_CLIENTE" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_USUARIO" AS SELECT "ID", "CRIADO" FROM "USUARIO";
GRANT SELECT ON "LIC_V1_USUARIO" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_DEPOSITO" AS SELECT "ID", "CRIADO" FROM "DEPOSITO";
GRANT SELECT ON "LIC_V1_DEPOSITO" TO USER "FUTURA_LICRO";
COMMIT;
-- setting []

==== sqlserver
-- unverified []
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE LOGIN [futura_licro] WITH PASSWORD = <PASSWORD>, CHECK_POLICY = ON;
GO
-- reach [database <DATABASE>]
USE <DATABASE>;
GO
CREATE USER [futura_licro] FOR LOGIN [futura_licro];
GO
-- columns []
GRANT SELECT ON OBJECT::[dbo].[parametro] ([versao]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[pedido] ([id], [criado], [protocolo]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[nota_fiscal] ([id], [emitida], [chave]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[titulo] ([id], [criado]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[cliente] ([id], [criado]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[usuario] ([id], [criado]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[deposito] ([id], [criado]) TO [futura_licro];

