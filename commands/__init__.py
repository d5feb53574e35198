"""The verbs of the `aftersales` command, thin over the other rooms."""
