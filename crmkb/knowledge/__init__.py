"""Read the articles of the knowledge base that `crm` uses."""
