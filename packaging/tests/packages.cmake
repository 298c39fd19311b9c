# The packages of the languages' own package managers: built without SWIG, installed,
# and the tests of the idiom run against what was installed.  They need the library
# below the prefix of tests/install.
if(ASYR_SANITIZE)
  return() # they are built without the sanitizer's run-time library
endif()

# add_package(NAME ARGUMENT...): a test of its own folder.
function(add_package name)
  add_test(NAME package.${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/package_test ${ARGN})
  set(environment WORK=${CMAKE_CURRENT_BINARY_DIR}/${name}
      PREFIX=${PROJECT_BINARY_DIR}/tests/install/prefix FIXTURE=$<TARGET_FILE:asyrfixture>
      VERSION=${PROJECT_VERSION} RUBY=${RUBY_EXECUTABLE} GO=${GO_EXECUTABLE})
  set_tests_properties(package.${name} PROPERTIES FIXTURES_REQUIRED prefix TIMEOUT 600
                       SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
endfunction()

if(ASYR_BINDING_LUA)
  set(binding ${PROJECT_SOURCE_DIR}/bindings/lua)
  get_directory_property(interpreters DIRECTORY ${binding} DEFINITION lua_interpreters)
  foreach(interpreter IN LISTS interpreters)
    string(REGEX MATCH "^[^=]+" program ${interpreter})
    string(REGEX MATCH "[^=]+$" version ${interpreter})
    pkg_check_modules(package_${program} QUIET ${program})
    if(package_${program}_FOUND)
      set(target ${version} ${package_${program}_INCLUDE_DIRS})
      add_package(rock.${program} rock ${LUA_${program}} ${target})
    endif()
  endforeach()
  if(target)
    add_package(rock.refusals rock_refusals ${target})
  endif()
endif()
if(ASYR_BINDING_RUBY)
  add_package(gem gem)
  add_package(gem.refusals gem_refusals)
  add_package(gem.parker gem_of_a_condition_parker)
endif()
if(ASYR_BINDING_GO)
  add_package(module module)
  add_package(module.refusals module_refusals)
endif()
