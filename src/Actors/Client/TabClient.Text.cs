using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>The page's text, its outline, and its values.</content>
public sealed partial class TabClient
{
    /// <summary>The page's text, or a part of it of a given size.</summary>
    /// <param name="options">Which text, and how much.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="PageException">There is none; or with <see cref="DocumentFailure.TextChanged"/>, the text is not the one that the token was made for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">MaxBytes is less than 1.</exception>
    public async Task<PageText> TextAsync(PageTextOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes ?? 1, 1, nameof(options));
        var (start, expected) = (0, "");
        if (options.Continue is { } token && !TextCut.TryParse(token, out start, out expected))
            throw new PageException($"'{(token.Length > 60 ? token[..60] : token)}' is no token to go on with.") { Failure = DocumentFailure.TextChanged };
        var query = new Query(options switch
        {
            { Main: true, Markdown: true } => DocumentQuery.MainMarkdown,
            { Main: true } => DocumentQuery.MainText,
            { Markdown: true } => DocumentQuery.Markdown,
            _ => DocumentQuery.Text,
        });
        var part = await ReadAsync(query, start, expected, options.MaxBytes, cancellation).ConfigureAwait(false);
        // A token is only given where the text goes on.
        if (start > 0 && part.Text.Length == 0)
            throw Changed();
        var skipped = start == 0 ? 0 : TextCut.Separator(part.Text);
        var text = part.Text[skipped..];
        var length = options.MaxBytes is { } most ? TextCut.Position(text, most, [.. part.Ends.Select(end => end - skipped)]) : text.Length;
        if (length == 0 && text.Length > 0)
            throw new PageException($"{options.MaxBytes} bytes do not hold the next character.") { Failure = DocumentFailure.TooLarge };
        var end = start + skipped + length;
        return new PageText(text[..length], end < part.Length ? TextCut.Token(end, part.Hash) : null);
    }

    /// <summary>The page's headings, in document order.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="PageException">There is no answer.</exception>
    public async Task<IReadOnlyList<OutlineEntry>> OutlineAsync(CancellationToken cancellation = default) =>
        [.. (await QueryAllAsync(new Query(DocumentQuery.Headings), cancellation).ConfigureAwait(false)).Select(static heading => new OutlineEntry(heading.Level, heading.Text, heading.Name))];

    /// <summary>
    /// Takes values out of the page. The schema is a JSON Schema whose parts have a <c>selector</c> (CSS, within the element of the part
    /// around it) and, where the value is not the element's text, an <c>attribute</c>.
    /// </summary>
    /// <param name="schema">The schema, as JSON; at most <see cref="QueryDocument.LongestArgument"/> characters.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The values as JSON; they match the schema.</returns>
    /// <exception cref="PageException">
    /// With <see cref="DocumentFailure.InvalidSchema"/> the schema is not valid, with <see cref="DocumentFailure.SchemaMismatch"/> the page
    /// does not have what it demands; the message names the place in the schema.
    /// </exception>
    public async Task<string> ExtractAsync(string schema, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return (await ReadAsync(new Query(DocumentQuery.Extract) { Argument = schema }, 0, "", null, cancellation).ConfigureAwait(false)).Text;
    }

    // The text from a position on, as much as is needed for so many bytes.
    private async Task<TextPart> ReadAsync(Query query, int start, string expected, int? maxBytes, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var ends = new List<int>();
        var (next, hash, total) = (start / QueryDocument.PieceLength, expected, 0);
        do
        {
            var answer = await QueryAsync(query with { Start = next, Count = maxBytes is { } few ? Math.Min(few / QueryDocument.PieceLength + 2, QueryDocument.MostItems) : QueryDocument.MostItems }, cancellation).ConfigureAwait(false);
            total = answer.Total;
            if (answer.Items.Count == 0)
                break;
            foreach (var piece in answer.Items)
            {
                if (hash.Length > 0 && piece.Value != hash)
                    throw Changed();
                hash = piece.Value;
                next++;
                // The first piece may begin before the position.
                text.Append(piece.Text.AsSpan(Math.Clamp(start - piece.Level, 0, piece.Text.Length)));
                foreach (var name in piece.Name.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var end))
                        ends.Add(end + piece.Level - start);
                }
            }
        }
        // A character has at least one byte; a separator may come before the first.
        while (next < total && (maxBytes is not { } most || text.Length <= most + (long)QueryDocument.PieceLength));
        // What is not read is at least one character.
        var length = start + text.Length + (next < total ? 1 : 0);
        return new TextPart(text.ToString(), ends, hash, total == 0 ? 0 : length);
    }

    private static PageException Changed() => new("The page's text has changed since the token was made; begin again without it.") { Failure = DocumentFailure.TextChanged };

    private sealed record TextPart(string Text, IReadOnlyList<int> Ends, string Hash, int Length);
}
