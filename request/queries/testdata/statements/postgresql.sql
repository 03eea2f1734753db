SELECT "id" FROM "pedido" ORDER BY "id" DESC LIMIT 1;
SELECT "id", "criado", "protocolo" FROM "pedido" WHERE "id" IN ($1, $2, $3, $4); -- 1 3 4 2
SELECT "id" FROM "nota_fiscal" ORDER BY "id" DESC LIMIT 1;
SELECT "id", "emitida", "chave" FROM "nota_fiscal" WHERE "id" IN ($1, $2, $3, $4); -- 2 3 4 1
SELECT "id" FROM "titulo" ORDER BY "id" DESC LIMIT 1;
SELECT "id", "criado" FROM "titulo" WHERE "id" IN ($1, $2, $3, $4); -- 2 3 4 1
SELECT "id", "criado" FROM "cliente" LIMIT 200001;
SELECT "id", "criado" FROM "usuario" LIMIT 200001;
SELECT "id", "criado" FROM "deposito" LIMIT 200001;
SELECT "versao" FROM "parametro" LIMIT 2;
SELECT "seme" FROM "licenza_seme" LIMIT 2;
SELECT "id" FROM "attivita" ORDER BY "id" DESC LIMIT 1;
SELECT "id", "creata" FROM "attivita" WHERE "id" IN ($1, $2, $3, $4, $5); -- 1 4 5 3 2
SELECT "guid", "creato" FROM "contatto" LIMIT 200001;
SELECT "login", "creato" FROM "utente" LIMIT 200001;
SELECT "order_id" FROM "public"."orders" ORDER BY "order_id" DESC LIMIT 1;
SELECT "order_id", "created_at", "marca" FROM "public"."orders" WHERE "order_id" IN ($1, $2, $3, $4); -- 1 3 4 2
SELECT "guid", "created_at" FROM "cliente" LIMIT 200001;
SELECT "versao" FROM "erp"."parametro" LIMIT 2;
