"""The second engine: an OpenSearch cluster, for collections that outgrow one machine (docs/scale.md)."""
