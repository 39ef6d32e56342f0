"""The types that flow between the stages. Nothing here imports any other part of the project."""
