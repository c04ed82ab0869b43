"""One file per subject: each route turns a request into a call and its reply into an answer."""
