"""Keep bytes in any S3 that has versioning and Object Lock and passes our contract suite."""
