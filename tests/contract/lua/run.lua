-- The contract's runner for Lua: see ../README.md.
-- usage: lua run.lua [BEGINNING_OF_AN_ID]

local harness = require "harness"
require "results"
require "callbacks"
require "maps"
require "iterators"
require "pools"
require "processes"
require "strands"
require "nested"
require "combine"
require "tasks"

harness.main(arg[1], arg[2])
