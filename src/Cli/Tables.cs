using ActorBrowser.Interop;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary>Tables for people. Each cell's text goes through <see cref="VisibleText"/>: only the table itself gives a terminal orders.</summary>
internal static class Tables
{
    private static readonly Lazy<IAnsiConsole> s_console = new(Create);

    /// <summary>Draws on standard output: with colours on a terminal, without them and as wide as it takes elsewhere.</summary>
    internal static IAnsiConsole Console => s_console.Value;

    /// <summary>A cell that shows a text.</summary>
    internal static string Cell(string text) => Markup.Escape(VisibleText.Line(text));

    /// <summary>A cell that shows a text in one of Spectre's styles.</summary>
    internal static string Cell(string text, string style) => $"[{style}]{Cell(text)}[/]";

    /// <summary>A row of texts.</summary>
    internal static void Add(this Table table, params string[] texts) => table.AddRow(Array.ConvertAll(texts, Cell));

    private static IAnsiConsole Create() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Output(),
        Ansi = System.Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        Interactive = System.Console.IsOutputRedirected ? InteractionSupport.No : InteractionSupport.Detect,
    });

    private sealed class Output : IAnsiConsoleOutput
    {
        private const int WithoutTerminal = 200;

        public TextWriter Writer => StandardOutput.Terminal;

        public bool IsTerminal => !System.Console.IsOutputRedirected;

        public int Width => IsTerminal ? StandardOutput.Columns : WithoutTerminal;

        public int Height => LocalTerminal.TryGetSize(1, out _, out var rows) && rows > 0 ? rows : 24;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // The writer has the console's.
        }
    }
}
