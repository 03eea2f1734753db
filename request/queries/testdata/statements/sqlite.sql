SELECT `segredo` FROM `licenca_segredo` LIMIT 2;
SELECT `id` FROM `pedido` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado`, `protocolo` FROM `pedido` WHERE `id` IN (?, ?, ?, ?, ?); -- 3 4 5 1 2
SELECT `id` FROM `nota_fiscal` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `emitida`, `chave` FROM `nota_fiscal` WHERE `id` IN (?, ?, ?, ?, ?); -- 2 4 5 3 1
SELECT `id` FROM `titulo` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado` FROM `titulo` WHERE `id` IN (?, ?, ?, ?, ?); -- 2 4 5 3 1
SELECT `id`, `criado` FROM `cliente` LIMIT 200001;
SELECT `id`, `criado` FROM `usuario` LIMIT 200001;
SELECT `id`, `criado` FROM `deposito` LIMIT 200001;
SELECT `id`, `criado`, `protocolo` FROM `pedido` WHERE `id` IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?); -- 123 235 368 641 833 803 681 626 6267 7403 7536 2689 6977 3875 6825 4722 20603 57579 14704 60033 42817 32547 57001 19058 422011 458987 129392 174721 386881 376611 343721 76402 4092027 1376491 3799408 2468481 1763137 4046627 2637481 993906
SELECT `versao` FROM `parametro` LIMIT 2;
SELECT `seme` FROM `licenza_seme` LIMIT 2;
SELECT `id` FROM `attivita` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `creata` FROM `attivita` WHERE `id` IN (?, ?, ?, ?, ?); -- 1 4 5 3 2
SELECT `guid`, `creato` FROM `contatto` LIMIT 200001;
SELECT `login`, `creato` FROM `utente` LIMIT 200001;
SELECT `id`, `creata` FROM `attivita` WHERE `id` IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?); -- 439 364 978 766 711 466 944 385 2487 3436 6098 2814 1735 7634 8112 7553 31159 24940 63442 38654 16071 50642 65456 29057 88503 254316 235474 440062 245447 107986 180144 86401 2841015 2089324 1611730 3192574 2080455 566738 3850160 2380161
SELECT `id` FROM `erp`.`pedido` ORDER BY `id` DESC LIMIT 1;
SELECT `id`, `criado`, `marca` FROM `erp`.`pedido` WHERE `id` IN (?, ?, ?, ?); -- 1 3 4 2
SELECT `guid`, `criado` FROM `main`.`customer` LIMIT 200001;
SELECT `versao` FROM `parameter` LIMIT 2;
