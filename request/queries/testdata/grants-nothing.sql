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
GRANT USAGE ON SCHEMA "seguranca" TO "futura_licro";
-- schema [schema public]
-- columns []
GRANT SELECT ("versao", "id", "criado", "brand") ON "pedido" TO "futura_licro";
GRANT SELECT ("segredo") ON "seguranca"."semente" TO "futura_licro";
GRANT SELECT ("id", "criado") ON "movimentacao_de_estoque_por_deposito" TO "futura_licro";
-- temporary []
-- REVOKE TEMPORARY ON DATABASE <DATABASE> FROM PUBLIC;
-- create []
-- REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;
-- check [check ninguem-conectado]
-- SELECT count(*) FROM pg_stat_activity

==== mysql
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE USER 'futura_licro'@'%' IDENTIFIED BY <PASSWORD>
  WITH MAX_USER_CONNECTIONS 10 /*M! MAX_STATEMENT_TIME 15 */;
-- host []
-- columns []
GRANT SELECT (`versao`, `id`, `criado`, `marca`) ON <DATABASE>.`pedido` TO 'futura_licro'@'%';
GRANT SELECT (`segredo`) ON `seguranca`.`semente` TO 'futura_licro'@'%';
GRANT SELECT (`id`, `criado`) ON <DATABASE>.`movimentacao_de_estoque_por_deposito` TO 'futura_licro'@'%';
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

==== firebird
-- password [placeholder <PASSWORD>]
-- user [user futura_licro]
CREATE USER "FUTURA_LICRO" PASSWORD <PASSWORD>;
-- views []
CREATE OR ALTER VIEW "LIC_V1_PEDIDO" AS SELECT "VERSAO", "ID", "CRIADO", "MARCA" FROM "PEDIDO";
GRANT SELECT ON "LIC_V1_PEDIDO" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_SEMENTE" AS SELECT "SEGREDO" FROM "semente";
GRANT SELECT ON "LIC_V1_SEMENTE" TO USER "FUTURA_LICRO";
CREATE OR ALTER VIEW "LIC_V1_MOVIMENTACAO_DE_E_7E9DA1" AS SELECT "ID", "CRIADO" FROM "MOVIMENTACAO_DE_ESTOQUE_POR_DEPOSITO";
GRANT SELECT ON "LIC_V1_MOVIMENTACAO_DE_E_7E9DA1" TO USER "FUTURA_LICRO";
COMMIT;
-- setting []
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

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
GRANT SELECT ON OBJECT::[vendas].[pedido] ([versao], [id], [criado], [marca]) TO [futura_licro];
GRANT SELECT ON OBJECT::[seguranca].[semente] ([segredo]) TO [futura_licro];
GRANT SELECT ON OBJECT::[dbo].[movimentacao_de_estoque_por_deposito] ([id], [criado]) TO [futura_licro];
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

