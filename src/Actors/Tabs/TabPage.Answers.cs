using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>What the renderer answers, and how a load ends.</content>
internal sealed partial class TabPage
{
    internal void OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.Wanted wanted:
                if (frame.Id != _document || !_awaitsImages)
                    break;
                _awaitsImages = false;
                resources.OnImagesWanted(wanted.Value);
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.Answer or ChildFrames.TooLarge:
                if (renderer.Take(frame.Id) is { } question)
                    OnAnswer(frame, question.Asker);
                break;
            default:
                renderer.Violated($"A renderer may not send a {frame.GetType().Name}.");
                break;
        }
    }

    private void OnAnswer(ChildFrames.UserFrame frame, IActorRef? asker)
    {
        switch (frame)
        {
            case var answer when asker is not null:
                if (!QueryAnswers.TryPass(answer, asker))
                    goto default;
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.TooLarge when frame.Id != _document || State != TabState.Loading:
                // The answer is about a previous page.
                break;
            case ChildFrames.Document document:
                OnParsed(document.Value);
                break;
            case ChildFrames.NoDocument failed:
                Fail(failed.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge:
                Fail($"The page's URL and content type exceed the frame limit of {tooLarge.Limit} bytes.");
                break;
            default:
                renderer.Violated($"The renderer answered a request with a {frame.GetType().Name}, which does not answer it.");
                break;
        }
    }

    private void OnParsed(in DocumentLoaded document)
    {
        Summary = Summary! with { Document = document, Elapsed = time.GetElapsedTime(_started) };
        Title = document.Title;
        if (_steps == 0)
        {
            record.History.Visit(record.Url);
        }
        else
        {
            record.History.Go(_steps);
            record.History.Replace(record.Url);
        }
        _steps = 0;
        events.Tell(new TitleChanged(record.Load, Title));
        // The renderer announces the images once, right after the page, if the page has images and the tab loads them.
        if (!record.LoadImages || document.Counts.Images == 0)
            Finish();
        else
            _awaitsImages = true;
    }

    private void Finish()
    {
        State = TabState.Loaded;
        Summary = Summary! with { Elapsed = time.GetElapsedTime(_started) };
        events.Tell(new LoadFinished(record.Load, Summary));
    }

    internal void Fail(string message, FetchErrorKind? kind = null)
    {
        resources.GiveUp();
        State = TabState.Failed;
        Problem = message;
        (Summary, _before) = (null, null);
        _awaitsImages = false;
        // A failed tab shows nothing, so it neither keeps a process nor waits for one.
        renderer.LetGo(reusable: true);
        events.Tell(new LoadFailed(record.Load, record.Url, message) { Kind = kind });
    }

    internal void OnRendererLost(ChildProcessProtocol.ChildExited? exited, string message)
    {
        renderer.Forget(message, exited);
        if (State is not (TabState.Loading or TabState.Loaded) || _reported)
            return;
        if (State == TabState.Loading && Summary is null)
        {
            // The process was lost before it got this page, so nothing of the page is lost: another process replaces it.
            if (_before is { State: TabState.Loaded } before)
                _before = before with { State = TabState.Crashed, Problem = message, Page = null };
            renderer.Want(WebUrl.OriginOf(record.Url));
            return;
        }
        resources.GiveUp();
        _crashes.Add(record.Url, _started);
        State = TabState.Crashed;
        _reported = true;
        _awaitsImages = false;
        // The tab did reach the page: Back and Reload find it in the history.
        if (_steps == 0)
            record.History.Visit(record.Url);
        (Problem, Summary) = (message, null);
        TabMetrics.Crash();
        events.Tell(new Crashed(record.Load, message, exited, _crashes.Count));
    }

    /// <summary>The page that a tab shows until a navigation has brought another.</summary>
    private sealed record Shown(TabState State, string Url, string Title, string? Problem, PageSummary? Page, PageNavigation? Navigation);
}
