"""The dashboard's own widgets. All draw whole lines from spans; none asks the ledger itself."""
