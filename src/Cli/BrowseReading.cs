using System.CommandLine;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>The options of <c>browse</c> that say which text of the page is printed, in which form, and how much of it.</summary>
internal sealed class BrowseReading
{
    private const int LongestSchema = 1 << 20;

    private readonly Option<bool> _main = Options.Flag("print only the main content, such as an article, without what surrounds it", "--main");
    private readonly Option<bool> _markdown = Options.Flag("print the text as Markdown", "--markdown");
    private readonly Option<bool> _outline = Options.Flag("print the headings, one per line: level, tab, text, tab, anchor", "--outline");
    private readonly Option<int?> _maxBytes = Options.Whole("print at most so many bytes of the text; a line on stderr says how to go on", 1, int.MaxValue, "--max-bytes");

    private readonly Option<string?> _continue = new("--continue") { Description = "print the text from where --max-bytes has ended it", HelpName = "TOKEN" };

    private readonly Option<string?> _extract = new("--extract") { Description = "print the values that a JSON Schema with selectors takes from the page, as JSON", HelpName = "SCHEMA" };

    private readonly Option<bool> _scripts = Options.Flag("run the page's own scripts", "--scripts");

    private readonly Option<string?> _eval = new("--eval") { Description = "run a script in the page and print its value as JSON", HelpName = "CODE" };

    internal void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_main, _markdown, _outline, _maxBytes, _continue, _extract, _scripts, _eval])
            command.Options.Add(option);
    }

    internal Wanted Of(ParseResult parsed) => new(
        new PageTextOptions { Main = parsed.GetValue(_main), Markdown = parsed.GetValue(_markdown), MaxBytes = parsed.GetValue(_maxBytes), Continue = parsed.GetValue(_continue) },
        parsed.GetValue(_outline), parsed.GetValue(_extract), parsed.GetValue(_scripts), parsed.GetValue(_eval));

    /// <summary>What is printed of the page.</summary>
    /// <param name="Text">Which text.</param>
    /// <param name="Outline">Whether it is the headings.</param>
    /// <param name="Schema">The schema's file.</param>
    /// <param name="Scripts">Whether the page's own scripts run.</param>
    /// <param name="Code">A script whose value is printed.</param>
    internal sealed record Wanted(PageTextOptions Text, bool Outline, string? Schema, bool Scripts, string? Code)
    {
        /// <summary>Whether another text than the whole readable one is wanted.</summary>
        internal bool IsPart => Text != new PageTextOptions();

        /// <summary>Reads the schema; null if none is wanted.</summary>
        internal async Task<string?> ReadSchemaAsync(CancellationToken cancellation)
        {
            if (Schema is null)
                return null;
            try
            {
                return Encoding.UTF8.GetString(await FileReader.ReadAsync(Schema, LongestSchema, cancellation).ConfigureAwait(false)).TrimStart('\uFEFF');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new UsageException($"The schema '{Schema}' cannot be read: {Complaint.ReasonOf(e)}");
            }
        }

        /// <summary>Prints the text; where it does not end, a line on stderr says how to go on.</summary>
        internal async Task PrintAsync(TabClient tab, CancellationToken cancellation)
        {
            var (shown, token) = await tab.ShownTextAsync(Text, Text.Markdown ? null : BrowseCommand.Wrap, cancellation).ConfigureAwait(false);
            // A line break at the end is one of the bytes.
            if (Text.MaxBytes is not { } most || Encoding.UTF8.GetByteCount(shown) < most)
                await Console.Out.WriteLineAsync(shown).ConfigureAwait(false);
            else
                await Console.Out.WriteAsync(shown).ConfigureAwait(false);
            if (token is not null)
                await Complaint.WriteAsync($"there is more: --continue {token}").ConfigureAwait(false);
        }
    }
}
