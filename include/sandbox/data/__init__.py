"""The records of the sandbox: people made from a seed and an index, with every awkward case planted at a known rate."""
