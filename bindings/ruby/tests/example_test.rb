# frozen_string_literal: true

require_relative "support"
require "digest"
require "tmpdir"
require "zlib"

# The example does what it says.
class ExampleTest < AsyncResultTest
  CHECKSUM = File.expand_path("../examples/checksum.rb", __dir__)
  CONTENTS = {
    "empty" => "", "text" => "hello\n", "zeros" => "\0" * 100_000, "A" => "upper",
    "sub/é" => "accent", "sub/\xff".b => "no UTF-8", "sub-dash" => "sorts before sub/",
    "sub/deeper/file with spaces" => "deep"
  }.freeze

  DIGESTS = File.expand_path("../examples/digests.rb", __dir__)

  def test_digests_of_every_file
    Dir.mktmpdir do |folder|
      contents = { "empty" => "", "text" => "hello\n", "deep" => "x" * 70_000 }
      contents.each { |name, content| File.write(File.join(folder, name), content) }
      output, errors, status = Open3.capture3(*command(DIGESTS, folder))
      rows = contents.map { |name, content| "#{Digest::SHA256.hexdigest(content)}  #{folder}/#{name}" }
      assert_equal [rows.sort, "", 0], [output.lines(chomp: true).sort, errors, status.exitstatus]
    end
  end

  def checksum(folder)
    Timeout.timeout(LIMIT) { Open3.capture3(*command(CHECKSUM, folder), binmode: true) }
  end

  def in_folder
    Dir.mktmpdir do |folder|
      CONTENTS.each do |name, content|
        path = File.join(folder.b, name.b)
        Dir.mkdir(File.dirname(path)) unless Dir.exist?(File.dirname(path))
        File.binwrite(path, content)
      end
      yield folder
    end
  end

  def expected_rows(folder)
    paths = CONTENTS.to_h { |name, content| [File.join(folder.b, name.b), content] }
    paths.sort.map { |path, content| format("%08x  ", Zlib.crc32(content)).b + path + "\n" }
  end

  def test_every_file_has_its_row
    in_folder do |folder|
      File.symlink("text", File.join(folder, "link"))
      File.mkfifo(File.join(folder, "pipe"))
      output, errors, status = checksum(folder)
      assert_equal [expected_rows(folder).join, "", 0], [output, errors, status.exitstatus]
    end
  end

  def test_more_files_than_are_read_ahead
    Dir.mktmpdir do |folder|
      300.times { |number| File.write(File.join(folder, format("%03d", number)), number.to_s) }
      rows = Array.new(300) do |number|
        format("%08x  %s/%03d\n", Zlib.crc32(number.to_s), folder, number)
      end
      assert_equal rows.join, checksum(folder).first
    end
  end

  def test_a_folder_that_is_missing_is_a_row_and_the_status_is_1
    output, errors, status = checksum("/no/such")
    assert_equal ["--------  /no/such: No such file or directory\n", "", 1],
                 [output, errors, status.exitstatus]
  end

  def test_a_file_that_cannot_be_read_is_a_row_of_its_own
    skip "root reads everything" if Process.euid.zero?
    in_folder do |folder|
      File.chmod(0, File.join(folder, "text"))
      output, _, status = checksum(folder)
      assert_includes output, "--------  #{folder}/text: Permission denied\n".b
      assert_equal [CONTENTS.size, 1], [output.lines.size, status.exitstatus]
    end
  end

  def test_without_a_folder_it_says_how_it_is_used
    _, errors, status = Open3.capture3(*command(CHECKSUM))
    assert_equal ["usage: ruby checksum.rb FOLDER\n", 1], [errors, status.exitstatus]
  end

  def test_progress_is_shown_on_a_terminal_alone
    in_folder do |folder|
      PTY.spawn(*command(CHECKSUM, folder)) do |output, _, child|
        text = +""
        begin
          text << output.readpartial(4096) while true
        rescue EOFError, Errno::EIO
          Process.wait(child)
        end
        assert_includes text, "\r\e[K"
      end
    end
  end
end
