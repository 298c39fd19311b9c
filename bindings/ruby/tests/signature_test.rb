# frozen_string_literal: true

require_relative "support"
begin
  require "rbs"
rescue LoadError
  nil # It comes with Ruby, but a system may leave it out.
end

# The signatures in sig/ name the methods that are public, and nothing else.
class SignatureTest < AsyncResultTest
  SIGNATURES = Pathname(File.expand_path("../sig", __dir__))
  # What Ruby asks of objects, and what is for the library's own use.
  UNTOLD = %i[inspect == initialize handle core for_functions for_code drains_here? empty?
              expect_callbacks forget notify notify_next queue run_until running_here? step
              wait_until_empty wake].freeze

  def setup
    super
    skip "rbs is not installed" unless defined?(RBS)
    loader = RBS::EnvironmentLoader.new
    loader.add(path: SIGNATURES)
    environment = RBS::Environment.from_loader(loader).resolve_type_names
    @builder = RBS::DefinitionBuilder.new(env: environment)
  end

  def name_of(type)
    *path, name = type.name.split("::").map(&:to_sym)
    RBS::TypeName.new(name: name, namespace: RBS::Namespace.new(path: path, absolute: true))
  end

  def told(methods)
    methods.select { |_, method| method.defined_in.to_s.start_with?("::AsyncResult") }.keys - UNTOLD
  end

  def own(type)
    ancestors = type.ancestors.select { |ancestor| ancestor.name.to_s.start_with?("AsyncResult") }
    ancestors.flat_map { |ancestor| ancestor.public_instance_methods(false) }.uniq - UNTOLD
  end

  def public_classes
    constants = AsyncResult.constants.map { |name| AsyncResult.const_get(name) }
    constants.grep(Class) << AsyncResult
  end

  def test_the_methods_of_each_class_are_those_of_its_signature
    public_classes.each do |type|
      assert_equal own(type).sort, told(@builder.build_instance(name_of(type)).methods).sort, type.name
    end
  end

  def test_the_methods_of_the_module_are_those_of_its_signature
    found = AsyncResult.singleton_methods(false) - UNTOLD
    methods = @builder.build_singleton(name_of(AsyncResult)).methods
    assert_equal found.sort, (told(methods) - [:new]).sort
  end
end
