using ActorBrowser.Interop;

namespace ActorBrowser.TransportTests;

/// <summary>Texts of Windows that need no Windows: exit codes by name, and the one text that a program gets instead of arguments.</summary>
public sealed class WindowsTextSpecs
{
    [Theory]
    [InlineData(0xc0000005, "0xC0000005 (STATUS_ACCESS_VIOLATION: access violation)")]
    [InlineData(0xc000013a, "0xC000013A (STATUS_CONTROL_C_EXIT: Ctrl-C or Ctrl-Break)")]
    [InlineData(0xc00000fd, "0xC00000FD (STATUS_STACK_OVERFLOW: stack overflow)")]
    [InlineData(0xc0000409, "0xC0000409 (STATUS_STACK_BUFFER_OVERRUN: stack buffer overrun or fail-fast)")]
    [InlineData(0xc0000135, "0xC0000135 (STATUS_DLL_NOT_FOUND: library not found)")]
    [InlineData(0xc0000142, "0xC0000142 (STATUS_DLL_INIT_FAILED: a library could not start)")]
    [InlineData(0x40010004, "0x40010004 (DBG_TERMINATE_PROCESS: ended by its debugger, or when its user logged off)")]
    [InlineData(0xe0434352, "0xE0434352 (unhandled .NET exception)")]
    [InlineData(0xc0001234, "0xC0001234")]
    [InlineData(0x80001234, "-2147478988")]
    [InlineData(0xffffffff, "-1")]
    [InlineData(137, "137")]
    [InlineData(0, "0")]
    public void An_exit_code_that_names_what_ended_a_program_is_said_so_and_any_other_is_a_number(uint code, string said) =>
        Assert.Equal(said, WindowsStatus.Describe(unchecked((int)code)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    [InlineData("c:\\d\\", "c:\\d\\")]
    [InlineData("c:\\d e\\", "\"c:\\d e\\\\\"")]
    [InlineData("\\\\\"", "\"\\\\\\\\\\\"\"")]
    public void An_argument_is_quoted_as_little_as_is_needed(string argument, string quoted) =>
        Assert.Equal($"\"p.exe\" {quoted}", WindowsCommandLine.Of("p.exe", [argument]));

    [Fact]
    public void Any_arguments_survive_what_CommandLineToArgvW_does()
    {
        var random = new Random(24);
        string[] letters = ["a", "b", " ", "\t", "\"", "\\", "\\", "\"", "ü", "世", "🎈", "%", "^", "&", "|", "<", ">", "!", "'"];
        for (var i = 0; i < 5000; i++)
        {
            string[] arguments = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => letters[random.Next(letters.Length)])))];
            Assert.Equal(arguments, Undo(WindowsCommandLine.Of("c:\\a folder\\p.exe", arguments)));
        }
    }

    [Theory]
    [InlineData("%PATH%")]
    [InlineData("!PATH!")]
    [InlineData("a\"b")]
    [InlineData("two\nlines")]
    [InlineData("two\rlines")]
    [InlineData("c:\\d\\")]
    public void A_text_on_which_cmd_would_act_is_not_given_to_a_batch_file(string argument)
    {
        WindowsCommandLine.OfBatch("cmd.exe", "x.cmd", ["first", argument], out var problem);
        Assert.Equal(argument, problem);
        WindowsCommandLine.OfBatch("cmd.exe", argument, [], out problem);
        Assert.Equal(argument, problem);
    }

    [Fact]
    public void A_batch_file_and_its_arguments_are_quoted_and_the_whole_once_more()
    {
        var line = WindowsCommandLine.OfBatch("c:\\cmd.exe", "d:\\say it.cmd", ["", "a&b", "^ | < > ( ) 🎈"], out var problem);
        Assert.Null(problem);
        Assert.Equal("\"c:\\cmd.exe\" /d /v:off /s /c \"\"d:\\say it.cmd\" \"\" \"a&b\" \"^ | < > ( ) 🎈\"\"", line);
    }

    [Theory]
    [InlineData("d:\\tool.bat", true)]
    [InlineData("d:\\tool.CMD", true)]
    [InlineData("d:\\tool.bat ", true)]
    [InlineData("d:\\tool.bat.", true)]
    [InlineData("d:\\tool.cmd. . .", true)]
    [InlineData("d:\\tool.bat.exe", false)]
    [InlineData("d:\\tool.bat\\x", false)]
    [InlineData("d:\\bat", false)]
    public void A_batch_file_is_one_whatever_blanks_and_dots_follow_its_extension(string file, bool isBatch) => Assert.Equal(isBatch, WindowsCommandLine.IsBatch(file));

    [Theory]
    [InlineData("tool.bat ", true)]
    [InlineData("tool.bat.", true)]
    [InlineData("tool .exe", false)]
    [InlineData("tool", false)]
    [InlineData("", false)]
    public void A_name_whose_end_windows_would_leave_away_is_known(string name, bool isHidden) => Assert.Equal(isHidden, WindowsCommandLine.HasHiddenEnd(name));

    [Theory]
    [InlineData("\"cmd.exe\" /d /s /c \"echo \"a  b\" & x\"", "/d", "/s", "/c", "echo \"a  b\" & x")]
    [InlineData("\"cmd.exe\" /s/c \"echo \"a  b\"\"", "/s/c", "echo \"a  b\"")]
    [InlineData("\"cmd.exe\" /D/S/C \"echo a b\"", "/D/S/C", "echo", "a b")]
    [InlineData("\"cmd.exe\" /c \"echo a b\"", "/c", "echo a b")]
    [InlineData("\"cmd.exe\" /c/s \"echo a b\"", "/c/s", "echo a b")]
    [InlineData("\"cmd.exe\" /c /s /c \"a b\"", "/c", "/s", "/c", "a b")]
    [InlineData("\"cmd.exe\" /s /cdir \"a b\"", "/s", "/cdir", "a b")]
    public void With_s_before_c_cmd_gets_its_line_as_it_is_also_if_both_are_one_argument(string line, params string[] arguments) =>
        Assert.Equal(line, WindowsCommandLine.OfShell("cmd.exe", arguments));

    [Theory]
    [InlineData(@"d:\tool.bat::$DATA", "names a stream of a file")]
    [InlineData("tool.bat:x", "names a stream of a file")]
    [InlineData(@"d:\tool.exe:x.exe", "names a stream of a file")]
    [InlineData(@"d:\folder::$INDEX_ALLOCATION\tool.exe", "names a stream of a file")]
    [InlineData(@"\\?\d:\tool.bat::$DATA", "names a stream of a file")]
    [InlineData(@"\\.\d:\tool.exe", "names a device")]
    [InlineData("//./d:/tool.exe", "names a device")]
    [InlineData(@"\??\d:\tool.exe", "names a device")]
    [InlineData(@"\\?\GLOBALROOT\Device\x", "names a device")]
    [InlineData("nul", "names a device")]
    [InlineData(@"d:\CON", "names a device")]
    [InlineData(@"d:\con.exe", "names a device")]
    [InlineData("d:/aux .exe", "names a device")]
    [InlineData("COM1", "names a device")]
    [InlineData("lpt³.bat", "names a device")]
    [InlineData(@"d:\NUL\tool.exe", "names a device")]
    [InlineData(@"d:\tool.exe", null)]
    [InlineData("d:tool.exe", null)]
    [InlineData("tool", null)]
    [InlineData(@"\\?\d:\tool.exe", null)]
    [InlineData(@"\\?\UNC\server\share\tool.exe", null)]
    [InlineData(@"\\server\share\tool.exe", null)]
    [InlineData("console.exe", null)]
    [InlineData("com10.exe", null)]
    [InlineData("com.exe", null)]
    public void A_path_that_hides_what_it_names_is_known(string path, string? problem) => Assert.Equal(problem, WindowsPath.Problem(path));

    [Fact]
    public void An_environment_has_each_name_once_in_the_order_of_windows_and_of_two_lines_the_last()
    {
        // By name, not by line: '=' comes after digits and before letters. Capitals, and surrogates by their units, so before U+FF21.
        string[] sorted = ["1=a", "=C:=C:\\x", "A=1", "a1=2", "A_=3", "b=4", "PATH=new", "Z=", "Ä=5", "世=6", "𐐀=7", "𐐨=8", "🎈=9", "Ａ=10"];
        string[] given = ["Path=old", .. sorted.Reverse(), "path=newer", "PATH=new"];
        Assert.Equal(string.Join('\0', sorted) + "\0\0", WindowsEnvironment.Block(given));
        Assert.Equal("\0\0", WindowsEnvironment.Block([]));
    }

    [Fact]
    public void A_variable_is_found_whatever_its_case_and_of_two_the_last()
    {
        string[] lines = ["Path=old", "=C:=C:\\x", "PATHEXT=.EXE", "path=a=b", "odd"];
        Assert.Equal("a=b", WindowsEnvironment.Find(lines, "PATH"));
        Assert.Equal("C:\\x", WindowsEnvironment.Find(lines, "=c:"));
        Assert.Equal(".EXE", WindowsEnvironment.Find(lines, "PathExt"));
        Assert.Null(WindowsEnvironment.Find(lines, "odd"));
        Assert.Null(WindowsEnvironment.Find(lines, "PA"));
    }

    [Theory]
    [InlineData("ss", "ß")]
    [InlineData("i", "ı")]
    [InlineData("𐐀", "𐐨")]
    public void Names_that_only_a_locale_or_a_pair_of_units_would_make_one_are_two(string one, string other) => Assert.NotEqual(0, WindowsEnvironment.Names.Compare(one, other));

    // The rules of CommandLineToArgvW, written from its documentation: 2n backslashes and a quote are n backslashes and the begin or end of
    // a quoted part; 2n+1 and a quote are n backslashes and a quote; other backslashes are themselves. The program's name has no escapes.
    private static List<string> Undo(string line)
    {
        var arguments = new List<string>();
        var at = line.IndexOf('"', 1) + 1;
        while (at < line.Length)
        {
            while (at < line.Length && line[at] is ' ' or '\t')
                at++;
            var (argument, quoted, backslashes) = (new System.Text.StringBuilder(), false, 0);
            for (; at < line.Length && (quoted || line[at] is not (' ' or '\t')); at++)
            {
                if (line[at] == '\\')
                {
                    backslashes++;
                    continue;
                }
                argument.Append('\\', line[at] == '"' ? backslashes / 2 : backslashes);
                if (line[at] == '"' && backslashes % 2 == 0)
                    quoted = !quoted;
                else
                    argument.Append(line[at]);
                backslashes = 0;
            }
            arguments.Add(argument.Append('\\', backslashes).ToString());
        }
        return arguments;
    }
}
