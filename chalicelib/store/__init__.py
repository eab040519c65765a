"""DynamoDB, one table: `keys` says where everything lies, one module per noun says what it costs."""
