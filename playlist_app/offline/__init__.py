"""The app without network: worker, manifest, shell, copies, merging of what was changed."""
