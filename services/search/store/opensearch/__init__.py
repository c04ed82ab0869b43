"""The index in OpenSearch: a document a page, a generation an index, one alias that answers."""
