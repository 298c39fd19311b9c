# frozen_string_literal: true

require_relative "support"

# REFERENCE.md is what its generator writes, and has an entry for everything that is public,
# which is what has a signature.
class ReferenceTest < AsyncResultTest
  FOLDER = File.expand_path("..", __dir__)
  REFERENCE = File.read("#{FOLDER}/REFERENCE.md")
  SIGNATURES = File.readlines("#{FOLDER}/sig/asyncresult.rbs")
  # In whose section a class is told of.
  ELSEWHERE = { "Submits" => "Pool", "Failure" => "Error" }.freeze

  def section(type)
    title = ["AsyncResult", ELSEWHERE.fetch(type, type)].compact.join("::")
    REFERENCE[/^## #{title}\n.*?(?=^## |\z)/m] or flunk("no section #{title}")
  end

  # Each class with a method of it: nil for AsyncResult itself.
  def public_names
    type = nil
    SIGNATURES.filter_map do |line|
      type = $1 if line =~ /\A  (?:class|module|interface) (\w+)/
      type = nil if line == "  end\n"
      [type, $1] if line =~ /\A *(?:def (?:self\.)?|attr_reader |alias )(\w+[?]?|\[\])[: ]/ && type != "_Callable"
    end
  end

  # A strand's methods are its pool's, so they are only named.
  def told?(type, name)
    return section(type).include?("`#{name}`") if type == "Strand" && name != "pool"

    call = { "initialize" => ".new", "[]" => "[" }.fetch(name, ".#{name}")
    section(type).match?(/^### `[\w:]+#{Regexp.escape(call)}#{"(?![\\w?])" if call != "["}/)
  end

  def test_it_is_what_the_generator_writes
    assert system(RbConfig.ruby, "#{FOLDER}/reference", "--check")
  end

  def test_each_public_method_is_in_the_section_of_its_class
    assert_operator public_names.size, :>, 70
    assert_empty(public_names.reject { |type, name| told?(type, name) })
  end

  def test_each_kind_of_error_is_listed
    AsyncResult::CODES.each do |code, (kind, meaning)|
      name = kind == :Stop ? "StopIteration" : "#{kind}Error"
      assert_includes REFERENCE, "| `#{name}` | #{code} | #{meaning} |"
    end
  end
end
