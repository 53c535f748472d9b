"""The pages of a selection: lists, one application, handing in, signing, correcting, papers."""
