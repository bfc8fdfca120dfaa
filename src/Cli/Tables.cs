using ActorBrowser.Interop;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary>Tables for humans. Each cell's text goes through <see cref="VisibleText"/>, so that only the table itself controls the terminal.</summary>
internal static class Tables
{
    private static readonly Lazy<IAnsiConsole> s_console = new(Create);

    /// <summary>Draws on standard output: with colours on a terminal, otherwise without colours and up to 200 columns wide.</summary>
    internal static IAnsiConsole Console => s_console.Value;

    /// <summary>Formats a text as a cell.</summary>
    internal static string Cell(string text) => Markup.Escape(VisibleText.Line(text));

    /// <summary>Formats a text as a cell in one of Spectre's styles.</summary>
    internal static string Cell(string text, string style) => $"[{style}]{Cell(text)}[/]";

    /// <summary>Adds a row of texts.</summary>
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
            // The writer has the console's encoding.
        }
    }
}
