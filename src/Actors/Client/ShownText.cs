using System.Text;

namespace ActorBrowser;

/// <summary>A page's text with its control characters made visible, of an exact size.</summary>
internal static class ShownText
{
    /// <summary>The page's text, or a part of it, as it is shown.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="options">Which text; its limit is that of the shown text.</param>
    /// <param name="layout">Changes the visible text's layout; null for no change.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The text, and the token with which it goes on.</returns>
    /// <exception cref="PageException">There is none.</exception>
    internal static async Task<(string Shown, string? Token)> ShownTextAsync(this TabClient tab, PageTextOptions options, Func<string, string>? layout, CancellationToken cancellation)
    {
        var wanted = options.MaxBytes;
        while (true)
        {
            var part = await tab.TextAsync(options, cancellation).ConfigureAwait(false);
            var shown = VisibleText.Block(part.Text);
            if (layout is not null)
                shown = layout(shown);
            var bytes = Encoding.UTF8.GetByteCount(shown);
            if (wanted is not { } most || bytes <= most)
                return (shown, part.Continue);
            if (options.MaxBytes == 1)
                throw new PageException($"{most} bytes do not hold the next character, which is shown as '{shown}'.");
            // Control characters take more bytes when they are shown: then less of the text fits.
            options = options with { MaxBytes = Math.Max(1, Math.Min(options.MaxBytes!.Value - 1, (int)((long)most * Encoding.UTF8.GetByteCount(part.Text) / bytes))) };
        }
    }
}
