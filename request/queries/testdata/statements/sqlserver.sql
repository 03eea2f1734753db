SELECT TOP (1) [id] FROM [pedido] ORDER BY [id] DESC;
SELECT [id], [criado], [protocolo] FROM [pedido] WHERE [id] IN (@p1, @p2, @p3, @p4); -- 1 3 4 2
SELECT TOP (1) [id] FROM [nota_fiscal] ORDER BY [id] DESC;
SELECT [id], [emitida], [chave] FROM [nota_fiscal] WHERE [id] IN (@p1, @p2, @p3, @p4); -- 2 3 4 1
SELECT TOP (1) [id] FROM [titulo] ORDER BY [id] DESC;
SELECT [id], [criado] FROM [titulo] WHERE [id] IN (@p1, @p2, @p3, @p4); -- 2 3 4 1
SELECT TOP (200001) [id], [criado] FROM [cliente];
SELECT TOP (200001) [id], [criado] FROM [usuario];
SELECT TOP (200001) [id], [criado] FROM [deposito];
SELECT TOP (2) [versao] FROM [parametro];
SELECT TOP (2) [seme] FROM [licenza_seme];
SELECT TOP (1) [id] FROM [attivita] ORDER BY [id] DESC;
SELECT [id], [creata] FROM [attivita] WHERE [id] IN (@p1, @p2, @p3, @p4, @p5); -- 1 4 5 3 2
SELECT TOP (200001) CONVERT(char(36), [guid]), [creato] FROM [contatto];
SELECT TOP (200001) [login], [creato] FROM [utente];
SELECT TOP (1) [id] FROM [erp].[pedido] ORDER BY [id] DESC;
SELECT [id], [criado], [marca] FROM [erp].[pedido] WHERE [id] IN (@p1, @p2, @p3, @p4); -- 1 3 4 2
SELECT TOP (200001) CONVERT(char(36), [guid]), [criado] FROM [cliente];
SELECT TOP (2) [versao] FROM [erp].[parametro];
