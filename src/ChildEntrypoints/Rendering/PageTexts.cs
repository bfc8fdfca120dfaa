using ActorBrowser.ChildEntrypoints.Rendering.Extraction;
using ActorBrowser.ChildEntrypoints.Rendering.Markdown;
using ActorBrowser.Transport;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A page's text in each form that was asked for; an answer of many messages is made once.</summary>
/// <param name="live">The page.</param>
internal sealed class PageTexts(LiveDocument live)
{
    private readonly Dictionary<DocumentQuery, BlockText> _texts = [];
    private (string Schema, BlockText Values)? _extracted;
    private (IElement Element, bool WholePage)? _main;

    /// <summary>One of the texts.</summary>
    /// <param name="query">Which.</param>
    /// <param name="argument">The schema of an extraction.</param>
    /// <exception cref="DocumentFailedException">The schema is not valid, or the page does not match it.</exception>
    internal BlockText Of(DocumentQuery query, string argument)
    {
        if (query == DocumentQuery.Extract)
        {
            if (_extracted is not { } extracted || extracted.Schema != argument)
                _extracted = extracted = (argument, BlockText.Of(PageExtraction.Of(live, argument)));
            return extracted.Values;
        }
        if (!_texts.TryGetValue(query, out var text))
            _texts[query] = text = Make(query);
        return text;
    }

    private BlockText Make(DocumentQuery query) => query switch
    {
        DocumentQuery.MainText when Main is { } main => ReadableText.Of(main.Element, main.WholePage).ToBlocks(),
        DocumentQuery.MainMarkdown when Main is { } main => MarkdownText.Of(live, main.Element, main.WholePage),
        DocumentQuery.Markdown when Page is { } page => MarkdownText.Of(live, page.Element, page.WholePage),
        _ => BlockText.Of(live.Text.Content),
    };

    // What the readable text shows. Plain text is no Markdown: it has one element, and is shown as code.
    private (IElement Element, bool WholePage)? Page => MainContent.Of(live.Document);

    // A page without an article is its own main content.
    private (IElement Element, bool WholePage)? Main => _main ??= MainArticle.Of(live) is { } article ? (article, true) : Page;
}
