==== sqlite
-- unix-file []
-- setfacl -m u:<USER>:r '<FILE>'
-- windows-file []
-- icacls "<FILE>" /grant <USER>:R
-- other-files []

==== postgresql
-- reach [database erp]
GRANT CONNECT ON DATABASE "erp" TO "futura_licro";
GRANT USAGE ON SCHEMA "public" TO "futura_licro";
GRANT USAGE ON SCHEMA "seguranca" TO "futura_licro";
-- schema [schema public]
-- views []
CREATE OR REPLACE VIEW "lic_v1_pedido" AS SELECT "versao", "id", "criado", "brand" FROM "pedido";
GRANT SELECT ON "lic_v1_pedido" TO "futura_licro";
CREATE OR REPLACE VIEW "seguranca"."lic_v1_semente" AS SELECT "segredo" FROM "seguranca"."semente";
GRANT SELECT ON "seguranca"."lic_v1_semente" TO "futura_licro";
CREATE OR REPLACE VIEW "lic_v1_movimentacao_de_e_d0599b" AS SELECT "id", "criado" FROM "movimentacao_de_estoque_por_deposito";
GRANT SELECT ON "lic_v1_movimentacao_de_e_d0599b" TO "futura_licro";
-- setting []
-- temporary []
-- REVOKE TEMPORARY ON DATABASE "erp" FROM PUBLIC;
-- create []
-- REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;
-- check [check ninguem-conectado]
-- SELECT count(*) FROM pg_stat_activity

==== mysql
-- views []
CREATE OR REPLACE SQL SECURITY DEFINER VIEW `erp`.`lic_v1_pedido` AS SELECT `versao`, `id`, `criado`, `marca` FROM `erp`.`pedido`;
GRANT SELECT ON `erp`.`lic_v1_pedido` TO 'futura_licro'@'127.0.0.1';
CREATE OR REPLACE SQL SECURITY DEFINER VIEW `seguranca`.`lic_v1_semente` AS SELECT `segredo` FROM `seguranca`.`semente`;
GRANT SELECT ON `seguranca`.`lic_v1_semente` TO 'futura_licro'@'127.0.0.1';
CREATE OR REPLACE SQL SECURITY DEFINER VIEW `erp`.`lic_v1_movimentacao_de_e_d0599b` AS SELECT `id`, `criado` FROM `erp`.`movimentacao_de_estoque_por_deposito`;
GRANT SELECT ON `erp`.`lic_v1_movimentacao_de_e_d0599b` TO 'futura_licro'@'127.0.0.1';
-- setting []
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

==== firebird
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
-- reach [database erp]
USE [erp];
GO
CREATE USER [futura_licro] FOR LOGIN [futura_licro];
GO
-- views []
CREATE OR ALTER VIEW [vendas].[lic_v1_pedido] AS SELECT [versao], [id], [criado], [marca] FROM [vendas].[pedido];
GO
GRANT SELECT ON OBJECT::[vendas].[lic_v1_pedido] TO [futura_licro];
GO
CREATE OR ALTER VIEW [seguranca].[lic_v1_semente] AS SELECT [segredo] FROM [seguranca].[semente];
GO
GRANT SELECT ON OBJECT::[seguranca].[lic_v1_semente] TO [futura_licro];
GO
CREATE OR ALTER VIEW [dbo].[lic_v1_movimentacao_de_e_d0599b] AS SELECT [id], [criado] FROM [dbo].[movimentacao_de_estoque_por_deposito];
GO
GRANT SELECT ON OBJECT::[dbo].[lic_v1_movimentacao_de_e_d0599b] TO [futura_licro];
GO
-- setting []
-- check [check ninguem-conectado]
-- SELECT count(*) FROM sessao

