-- A module that is required here and in the workers.
local fixture_module = {prepared = 0}

function fixture_module.twice(x)
  return 2 * x
end

function fixture_module.prepare()
  fixture_module.prepared = fixture_module.prepared + 1
end

return fixture_module
