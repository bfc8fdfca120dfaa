namespace ActorBrowser;

/// <summary>Which text of a page, and how much of it.</summary>
public sealed record PageTextOptions
{
    /// <summary>Only the main content, such as an article, without what surrounds it; the readable text where the page has none.</summary>
    public bool Main { get; init; }

    /// <summary>As Markdown: CommonMark with GitHub's tables and strikethrough, footnotes and definition lists.</summary>
    public bool Markdown { get; init; }

    /// <summary>The most bytes of UTF-8; null for the whole text. The text ends at a block's end where one fits, else at a line's, a word's, or a character's.</summary>
    public int? MaxBytes { get; init; }

    /// <summary><see cref="PageText.Continue"/> of the part before, with the same <see cref="Main"/> and <see cref="Markdown"/>; null for the beginning.</summary>
    public string? Continue { get; init; }
}

/// <summary>A page's text, or a part of it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Continue">The token with which the next part is asked for; null if this is the last.</param>
public sealed record PageText(string Text, string? Continue);

/// <summary>A heading of a page.</summary>
/// <param name="Level">1 to 6.</param>
/// <param name="Text">Its text, with white space collapsed.</param>
/// <param name="Anchor">The fragment that leads to it; empty for none.</param>
public readonly record struct OutlineEntry(int Level, string Text, string Anchor);
