using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// Actions on a tab's page: asks the renderer, and checks what it answers. A renderer may be in an attacker's hands: it can make the tab
/// navigate as its page's links and forms can, and send the files that this page was given; nothing else.
/// </summary>
/// <param name="record">The tab's record.</param>
/// <param name="page">The tab's page, which navigates.</param>
/// <param name="resources">Knows where the page comes from.</param>
/// <param name="renderer">The tab's renderer.</param>
/// <param name="spans">The tab's navigations.</param>
internal sealed class TabActs(TabRecord record, TabPage page, PageResources resources, RendererLease renderer, NavigationSpans spans)
{
    /// <summary>The most bytes of a form's body without files: what a renderer allows itself, and its frames' surroundings.</summary>
    private const int LongestBody = (16 << 20) + (1 << 20);

    private readonly Dictionary<ulong, Pending> _pending = [];
    private readonly List<UploadFile> _files = [];
    private int _filesOf = -1;

    /// <summary>Begins an action.</summary>
    internal void Begin(Act act, IActorRef asker)
    {
        if (page.State != TabState.Loaded || !renderer.IsThere)
        {
            asker.Tell(new QueryFailed(DocumentFailure.NoDocument, page.Problem ?? "No page is loaded."));
            return;
        }
        // Files belong to one page.
        if (_filesOf != record.Load)
        {
            _files.Clear();
            _pending.Clear();
            _filesOf = record.Load;
        }
        if (_files.Count + act.Files.Count > ActOnPage.MostFiles)
        {
            asker.Tell(ActRefusals.Refused(ActFailure.TooLarge, $"The page would have been given more than {ActOnPage.MostFiles} files; load it again to begin anew."));
            return;
        }
        var first = _files.Count;
        _files.AddRange(act.Files);
        var id = renderer.Act(new ActOnPage(
            act.Kind, act.Selector, act.Kind == ActKind.Submit ? act.Submitter : act.Text, [.. act.Values], act.IsOn, act.X, act.Y,
            [.. act.Files.Select(static file => new ActFile(file.Name, file.Type))], first), asker, QuestionSpans.Begin(act));
        _pending.Add(id, new Pending(asker, record.Load));
    }

    /// <summary>Handles a frame that answers an action.</summary>
    /// <returns>False if the frame is another's.</returns>
    internal bool OnFrame(ChildFrames.UserFrame frame)
    {
        if (frame is not ChildFrames.Acted acted)
        {
            _pending.Remove(frame.Id);
            return false;
        }
        if (!_pending.TryGetValue(frame.Id, out var pending))
        {
            // Of a page that the tab has left, or of no action at all: nothing is done.
            if (acted.Ends)
                renderer.Take(frame);
            return true;
        }
        pending.Parts.AddRange(acted.Value.Parts);
        pending.Bytes += acted.Value.Parts.Sum(static part => (long)part.Data.Length);
        if (pending.Bytes > LongestBody || pending.Parts.Count > 3 * ActOnPage.MostFiles + 3 * ActDone.MostParts)
        {
            renderer.Violated($"The renderer described a form's body of more than {LongestBody} bytes.");
            return true;
        }
        if (!acted.Ends)
            return true;
        _pending.Remove(frame.Id);
        if (renderer.Take(frame) is not { } question)
            return true;
        spans.Asker = question.Span?.Context ?? default;
        OnDone(acted.Value, pending);
        return true;
    }

    private void OnDone(in ActDone done, Pending pending)
    {
        switch (done.Outcome)
        {
            case ActOutcome.Failed:
                pending.Asker.Tell(new QueryFailed(null, done.Message) { Act = done.Failure, Field = done.Field });
                break;
            case ActOutcome.Navigate when pending.Load != record.Load || page.State != TabState.Loaded:
                pending.Asker.Tell(new QueryFailed(null, "The page was left before the action was done."));
                break;
            case ActOutcome.Navigate:
                if (NavigationOf(done, pending) is not { } navigation)
                    break;
                page.Go(navigation);
                pending.Asker.Tell(new Acted(record.Load));
                break;
            default:
                // A script that the action has set off may have led the tab on.
                pending.Asker.Tell(new Acted(pending.Load == record.Load ? null : record.Load));
                break;
        }
    }

    private PageNavigation? NavigationOf(in ActDone done, Pending pending)
    {
        if (done.Url.Length > TabRefusals.LongestUrl || !WebUrl.TryParse(done.Url, out var url) || !url.IsHttp || !WebUrl.TryParse(record.Url, out var from))
        {
            Refuse("The renderer answered an action with a navigation to something other than an http or https URL.", pending);
            return null;
        }
        FormPost? post = null;
        if (done.IsPost)
        {
            post = FormPost.TryCreate(done.ContentType, pending.Parts, _files, out var problem);
            if (post is null)
            {
                Refuse(problem, pending);
                return null;
            }
        }
        return new PageNavigation(url.ToString())
        {
            Post = post,
            From = from,
            Initiator = resources.Initiator,
            IsReferrerHidden = done.IsReferrerHidden,
            // Another site's answer is shown as its server says.
            IsDownload = done.IsDownload && from.HasOriginOf(url),
            DownloadName = done.DownloadName,
        };
    }

    private void Refuse(string problem, Pending pending)
    {
        pending.Asker.Tell(new QueryFailed(null, problem));
        renderer.Violated(problem);
    }

    private sealed record Pending(IActorRef Asker, int Load)
    {
        internal List<BodyPart> Parts { get; } = [];

        internal long Bytes { get; set; }
    }
}
