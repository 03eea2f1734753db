SELECT TOP (2) [segredo] FROM [licenca_segredo];
SELECT TOP (1) [id] FROM [pedido] ORDER BY [id] DESC;
SELECT [id], [criado], [protocolo] FROM [pedido] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5); -- 3 4 5 1 2
SELECT TOP (1) [id] FROM [nota_fiscal] ORDER BY [id] DESC;
SELECT [id], [emitida], [chave] FROM [nota_fiscal] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5); -- 2 4 5 3 1
SELECT TOP (1) [id] FROM [titulo] ORDER BY [id] DESC;
SELECT [id], [criado] FROM [titulo] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5); -- 2 4 5 3 1
SELECT TOP (200001) [id], [criado] FROM [cliente];
SELECT TOP (200001) [id], [criado] FROM [usuario];
SELECT TOP (200001) [id], [criado] FROM [deposito];
SELECT [id], [criado], [protocolo] FROM [pedido] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25, @p26, @p27, @p28, @p29, @p30, @p31, @p32, @p33, @p34, @p35, @p36, @p37, @p38, @p39, @p40); -- 123 235 368 641 833 803 681 626 6267 7403 7536 2689 6977 3875 6825 4722 20603 57579 14704 60033 42817 32547 57001 19058 422011 458987 129392 174721 386881 376611 343721 76402 4092027 1376491 3799408 2468481 1763137 4046627 2637481 993906
SELECT TOP (2) [versao] FROM [parametro];
SELECT TOP (2) [seme] FROM [licenza_seme];
SELECT TOP (1) [id] FROM [attivita] ORDER BY [id] DESC;
SELECT [id], [creata] FROM [attivita] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5); -- 1 4 5 3 2
SELECT TOP (200001) CONVERT(char(36), [guid]), [creato] FROM [contatto];
SELECT TOP (200001) [login], [creato] FROM [utente];
SELECT [id], [creata] FROM [attivita] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25, @p26, @p27, @p28, @p29, @p30, @p31, @p32, @p33, @p34, @p35, @p36, @p37, @p38, @p39, @p40); -- 439 364 978 766 711 466 944 385 2487 3436 6098 2814 1735 7634 8112 7553 31159 24940 63442 38654 16071 50642 65456 29057 88503 254316 235474 440062 245447 107986 180144 86401 2841015 2089324 1611730 3192574 2080455 566738 3850160 2380161
SELECT TOP (1) [id] FROM [erp].[pedido] ORDER BY [id] DESC;
SELECT [id], [criado], [marca] FROM [erp].[pedido] WHERE [id] IN (@p1, @p2, @p3, @p4); -- 1 3 4 2
SELECT TOP (200001) CONVERT(char(36), [guid]), [criado] FROM [cliente];
SELECT TOP (2) [versao] FROM [erp].[parametro];
