SELECT `id` FROM `pedido` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado`, `protocolo` FROM `pedido` WHERE `id` IN (?, ?, ?, ?); -- 1 3 4 2
SELECT `id` FROM `nota_fiscal` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `emitida`, `chave` FROM `nota_fiscal` WHERE `id` IN (?, ?, ?, ?); -- 2 3 4 1
SELECT `id` FROM `titulo` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado` FROM `titulo` WHERE `id` IN (?, ?, ?, ?); -- 2 3 4 1
SELECT `id`, `criado` FROM `cliente` LIMIT 200001;
SELECT `id`, `criado` FROM `usuario` LIMIT 200001;
SELECT `id`, `criado` FROM `deposito` LIMIT 200001;
SELECT `versao` FROM `parametro` LIMIT 2;
SELECT `seme` FROM `licenza_seme` LIMIT 2;
SELECT `id` FROM `attivita` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `creata` FROM `attivita` WHERE `id` IN (?, ?, ?, ?, ?); -- 1 4 5 3 2
SELECT `guid`, `creato` FROM `contatto` LIMIT 200001;
SELECT `login`, `creato` FROM `utente` LIMIT 200001;
SELECT `id` FROM `erp`.`pedido` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado`, `marca` FROM `erp`.`pedido` WHERE `id` IN (?, ?, ?, ?); -- 1 3 4 2
SELECT `guid`, `criado` FROM `main`.`customer` LIMIT 200001;
SELECT `versao` FROM `parameter` LIMIT 2;
