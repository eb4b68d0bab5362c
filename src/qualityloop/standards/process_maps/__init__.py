"""Process maps (流程图) as documents: kind, editor, and the map in force for other rooms."""
