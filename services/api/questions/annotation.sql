-- One annotation, if the project has it.
SELECT version
FROM annotations FINAL
WHERE project = {project:String} AND id = {id:String}
