using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Foreign text is shown on a terminal, and cannot control it.</summary>
public sealed partial class VisibleTextSpecs : IAsyncLifetime
{
    private const string Page =
        "<title>t\u001b[31m\u202e\u009b2J</title><a href='/x'>a\u001b]0;pwn\u0007b\u2066</a><a href='javascript:&#27;&#9;y'>z</a><p>one\ntwo\u001b[1m\u2028\u007f</p><img src='/\u202e.png'>";

    private static readonly string Program = TestChildProgram.Command;
    private Site _server = null!;
    private string _root = "";

    public async Task InitializeAsync()
    {
        _server = await Site.StartAsync(static context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(Page);
        });
        _root = _server.Root;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return await process.OutcomeAsync();
    }

    [Theory]
    [InlineData("browse", "URL")]
    [InlineData("browse", "--text", "URL")]
    [InlineData("browse", "--links", "URL")]
    [InlineData("browse", "--query", "p", "URL")]
    [InlineData("browse", "--query", "\u001b[31m", "URL")]
    [InlineData("browse", "--json", "URL")]
    [InlineData("browse", "--images", "IMAGES", "URL")]
    [InlineData("tabs", "URL")]
    [InlineData("tabs", "http://\u001b[31m\u202e/")]
    [InlineData("fetch", "http://\u001b[31m\u202e/")]
    [InlineData("fetch", "-o", "/proc/absent/\u001b[31m", "URL")]
    [InlineData("fetch", "-H", "\u001b[31m", "URL")]
    [InlineData("decode", "\u001b[31m\u202e")]
    [InlineData("exec", "--", "\u001b[31m\u202e")]
    [InlineData("sessions", "printf '\\033[31mred\\n\\342\\200\\256'")]
    [InlineData("crashes", "\u001b[31m\u202e")]
    [InlineData("ping", "\u001b[31m")]
    [InlineData("doctor", "--probe", "\u001b[31m")]
    [InlineData("doctor", "--without", "\u001b[31m")]
    [InlineData("\u001b[31m\u202e")]
    public async Task No_verb_passes_on_what_a_terminal_would_obey(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory();
        var (_, output, error) = await RunAsync([.. arguments.Select(one => one == "URL" ? _root : one == "IMAGES" ? folder.FullName : one)]);
        folder.Delete(recursive: true);
        Assert.NotEqual("", output + error);
        Assert.DoesNotContain(output + error, static c => c is not '\n' and not '\t' && VisibleText.IsControl(c));
    }

    [Fact]
    public async Task What_is_not_obeyed_is_shown()
    {
        Assert.StartsWith("t^[[31m<U+202E><U+009B>2J\n", (await RunAsync("browse", _root)).Output, StringComparison.Ordinal);
        Assert.Equal($"{_root}/x\ta^[]0;pwn^Gb<U+2066>\n", LinksOf((await RunAsync("browse", "--links", _root)).Output));
        var selected = (await RunAsync("browse", "--query", "p", _root)).Output;
        Assert.Equal("<p>one^Jtwo^[[1m<U+2028>^?</p>\n", selected);
        using var json = JsonDocument.Parse((await RunAsync("browse", "--json", _root)).Output);
        Assert.Equal("t\u001b[31m\u202e\u009b2J", json.RootElement.GetProperty("title").GetString());
    }

    private static string LinksOf(string output) => output[..(output.IndexOf('\n', StringComparison.Ordinal) + 1)];

    [FactNeeds("python3")]
    public async Task A_page_on_a_terminal_leaves_the_terminal_as_it_was()
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", "import pty,sys; pty.spawn(sys.argv[1:])", Program, "browse", _root]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.Contains("t^[[31m", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [FactNeeds("python3")]
    public async Task A_table_of_tabs_on_a_terminal_gives_its_own_orders_alone_and_takes_them_back()
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", "import pty,sys; pty.spawn(sys.argv[1:])", Program, "tabs", _root])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            Environment = { ["TERM"] = "xterm" },
        })!;
        var seen = new StringBuilder();
        var piece = new char[4096];
        for (int read; (read = await process.StandardOutput.ReadAsync(piece).AsTask().Soon()) > 0;)
        {
            var loaded = seen.ToString().Contains(" loaded ", StringComparison.Ordinal);
            seen.Append(piece, 0, read);
            if (!loaded && seen.ToString().Contains(" loaded ", StringComparison.Ordinal))
                await process.StandardInput.WriteAsync("q");
        }
        await process.WaitForExitAsync().Soon();
        var all = seen.ToString();
        Assert.Contains("t^[[31m<U+202E>", all, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', all);
        Assert.Equal(all.Contains("\u001b[?1h", StringComparison.Ordinal), all.LastIndexOf("\u001b[?1l", StringComparison.Ordinal) > all.LastIndexOf("\u001b[?1h", StringComparison.Ordinal));
        Assert.Equal(all.Contains("\u001b[?25l", StringComparison.Ordinal), all.LastIndexOf("\u001b[?25h", StringComparison.Ordinal) > all.LastIndexOf("\u001b[?25l", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_control_is_shown_and_nothing_else_is_touched()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            var isObeyed = c is < ' ' or (>= '\u007f' and <= '\u009f') or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
            var text = $"a{c}b";
            Assert.Equal(isObeyed, VisibleText.Line(text) != text);
            Assert.DoesNotContain(VisibleText.Line(text), VisibleText.IsControl);
            Assert.Equal(isObeyed && c is not '\n' and not '\t', VisibleText.Block(text) != text);
        }
    }

    [Theory]
    [InlineData("a\0b", "a^@b")]
    [InlineData("\u001b]0;t\u0007", "^[]0;t^G")]
    [InlineData("a\r\nb\tc\u007f", "a^M^Jb^Ic^?")]
    [InlineData("\u0085\u009b\u2028\u202e\u2069", "<U+0085><U+009B><U+2028><U+202E><U+2069>")]
    [InlineData("\ud83d\ude00 \u05e9\u200f é", "\ud83d\ude00 \u05e9\u200f é")]
    public void A_line_shows_controls_by_their_usual_names(string text, string shown) => Assert.Equal(shown, VisibleText.Line(text));

    [Fact]
    public void A_block_keeps_its_lines_and_no_lone_carriage_return() => Assert.Equal("a\nb\tc\r\nd^Me", VisibleText.Block("a\nb\tc\r\nd\re"));

    [Fact]
    public void Json_stays_the_same_value()
    {
        var text = string.Concat(Enumerable.Range(0x7f, 0x2100).Where(static c => !char.IsSurrogate((char)c)).Select(static c => (char)c));
        var json = VisibleText.Json($"{{\n  \"a\": \"{text}\"\n}}");
        Assert.DoesNotContain(json, static c => c != '\n' && VisibleText.IsControl(c));
        using var parsed = JsonDocument.Parse(json);
        Assert.Equal(text, parsed.RootElement.GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("abcde", 5, "abcde")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("abc\ud83d\ude00f", 5, "abc…")]
    public void A_text_is_not_cut_inside_of_a_character(string text, int most, string cut) => Assert.Equal(cut, VisibleText.Shorten(text, most));

    [Fact]
    public void Text_goes_to_a_terminal_by_one_way_alone()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBrowser.sln")))
            folder = Path.GetDirectoryName(folder)!;
        var offenders =
            from file in Directory.EnumerateFiles(Path.Combine(folder, "src", "Cli"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && Path.GetFileName(file) is not ("Tables.cs" or "Complaint.cs" or "StandardOutput.cs")
            from line in File.ReadLines(file)
            where Detour().IsMatch(line)
            select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(offenders);
    }

    // Spectre's console and its escaping, and messages that bypass Complaint.
    [GeneratedRegex(@"\bAnsiConsole\.|Markup\.Escape|""actorbrowser: |Console\.OpenStandard(Output|Error)|Console\.(WindowWidth|BufferWidth)")]
    private static partial Regex Detour();
}
