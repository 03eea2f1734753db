-- The tour's invented ERP for fuel distributors.

CREATE TABLE parametro (versao TEXT NOT NULL);
CREATE TABLE empresa (id INTEGER PRIMARY KEY, cnpj TEXT NOT NULL, nome TEXT NOT NULL, criado TEXT NOT NULL);
CREATE TABLE usuario (id INTEGER PRIMARY KEY, login TEXT NOT NULL, criado TEXT NOT NULL);
CREATE TABLE deposito (id INTEGER PRIMARY KEY, nome TEXT NOT NULL, criado TEXT NOT NULL);
CREATE TABLE cliente (id INTEGER PRIMARY KEY, cnpj TEXT NOT NULL, nome TEXT NOT NULL, criado TEXT NOT NULL);
CREATE TABLE pedido (id INTEGER PRIMARY KEY, cliente INTEGER NOT NULL, protocolo INTEGER NOT NULL, litros INTEGER NOT NULL, criado TEXT NOT NULL);
CREATE TABLE nota_fiscal (id INTEGER PRIMARY KEY, pedido INTEGER NOT NULL, chave TEXT NOT NULL, emitida TEXT NOT NULL);
CREATE TABLE titulo (id INTEGER PRIMARY KEY, nota INTEGER NOT NULL, centavos INTEGER NOT NULL, criado TEXT NOT NULL);
CREATE TABLE sessao (id INTEGER PRIMARY KEY, usuario INTEGER NOT NULL, entrada TEXT NOT NULL, saida TEXT);
INSERT INTO parametro VALUES ('8.9.1');

-- What a migration of the product writes once, for the license.
CREATE TABLE licenca_segredo (segredo TEXT NOT NULL);
INSERT INTO licenca_segredo VALUES (lower(hex(randomblob(32))));
