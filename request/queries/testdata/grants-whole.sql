==== sqlite
-- unix-file []
-- setfacl -m u:licro:r '/dados/d'\''água.db'
-- windows-file []
-- icacls "/dados/d'água.db" /grant licro:R
-- other-files []

==== postgresql
-- password [placeholder <PASSWORD>]
-- user [user licro]
CREATE ROLE "licro" LOGIN PASSWORD <PASSWORD>
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10;
-- limits []
ALTER ROLE "licro" SET default_transaction_read_only = on;
ALTER ROLE "licro" SET statement_timeout = '15s';
ALTER ROLE "licro" SET lock_timeout = '500ms';
ALTER ROLE "licro" SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE "licro" SET max_parallel_workers_per_gather = 0;
ALTER ROLE "licro" SET temp_file_limit = 0;
-- reach [database erp]
GRANT CONNECT ON DATABASE "erp" TO "licro";
GRANT USAGE ON SCHEMA "public" TO "licro";
GRANT USAGE ON SCHEMA "seguranca" TO "licro";
-- schema [schema public]
-- columns []
GRANT SELECT ("versao", "id", "criado", "brand") ON "pedido" TO "licro";
GRANT SELECT ("segredo") ON "seguranca"."semente" TO "licro";
GRANT SELECT ("id", "criado") ON "movimentacao_de_estoque_por_deposito" TO "licro";
-- temporary []
-- REVOKE TEMPORARY ON DATABASE "erp" FROM PUBLIC;
-- create []
-- REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;
-- check [check ninguem-conectado]
-- SELECT count(*) FROM pg_stat_activity

==== mysql
-- password [placeholder <PASSWORD>]
-- user [user licro]
CREATE USER 'licro'@'%' IDENTIFIED BY <PASSWORD>
  WITH MAX_USER_CONNECTIONS 10 /*M! MAX_STATEMENT_TIME 15 */;
-- host []
-- columns []
GRANT SELECT (`versao`, `id`, `criado`, `marca`) ON `erp`.`pedido` TO 'licro'@'%';
GRANT SELECT (`segredo`) ON `seguranca`.`semente` TO 'licro'@'%';
GRANT SELECT (`id`, `criado`) ON `erp`.`movimentacao_de_estoque_por_deposito` TO 'licro'@'%';
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

==== firebird
-- password [placeholder <PASSWORD>]
-- user [user licro]
CREATE USER "LICRO" PASSWORD <PASSWORD>;
-- views []
CREATE OR ALTER VIEW "LIC_V1_PEDIDO" AS SELECT "VERSAO", "ID", "CRIADO", "MARCA" FROM "PEDIDO";
GRANT SELECT ON "LIC_V1_PEDIDO" TO USER "LICRO";
CREATE OR ALTER VIEW "LIC_V1_SEMENTE" AS SELECT "SEGREDO" FROM "semente";
GRANT SELECT ON "LIC_V1_SEMENTE" TO USER "LICRO";
CREATE OR ALTER VIEW "LIC_V1_MOVIMENTACAO_DE_E_7E9DA1" AS SELECT "ID", "CRIADO" FROM "MOVIMENTACAO_DE_ESTOQUE_POR_DEPOSITO";
GRANT SELECT ON "LIC_V1_MOVIMENTACAO_DE_E_7E9DA1" TO USER "LICRO";
COMMIT;
-- setting []
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

==== sqlserver
-- unverified []
-- password [placeholder <PASSWORD>]
-- user [user licro]
CREATE LOGIN [licro] WITH PASSWORD = <PASSWORD>, CHECK_POLICY = ON;
GO
-- reach [database erp]
USE [erp];
GO
CREATE USER [licro] FOR LOGIN [licro];
GO
-- columns []
GRANT SELECT ON OBJECT::[vendas].[pedido] ([versao], [id], [criado], [marca]) TO [licro];
GRANT SELECT ON OBJECT::[seguranca].[semente] ([segredo]) TO [licro];
GRANT SELECT ON OBJECT::[dbo].[movimentacao_de_estoque_por_deposito] ([id], [criado]) TO [licro];
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

