using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Those who wait for the end of a navigation that an action has begun.</summary>
internal sealed class LoadWaiters
{
    private readonly List<Wait> _waiting = [];
    private (int Load, object End) _last;
    private int _current;

    internal void Add(Wait wait)
    {
        if (_last.Load == wait.Load)
            End(wait, _last.End);
        else if (_current > wait.Load || _last.Load > wait.Load)
            wait.Done.TrySetException(new PageException("Another navigation took its place."));
        else
            _waiting.Add(wait);
    }

    internal void OnEvent(IEvent happened)
    {
        switch (happened)
        {
            case LoadStarted started:
                _current = started.Load;
                foreach (var wait in _waiting.FindAll(wait => wait.Load < started.Load))
                    wait.Done.TrySetException(new PageException("Another navigation took its place."));
                _waiting.RemoveAll(wait => wait.Load < started.Load);
                break;
            case LoadFinished finished:
                OnEnd(finished.Load, new ActResult { Load = finished.Load, Page = finished.Page });
                break;
            case StayedOnPage stayed:
                OnEnd(stayed.Load, new ActResult { Load = stayed.Load, Page = stayed.Page });
                break;
            case Downloaded file:
                OnEnd(file.Load, new ActResult { Load = file.Load, Page = file.Page, Download = file });
                break;
            case LoadFailed failed:
                OnEnd(failed.Load, failed.Kind == FetchErrorKind.Stopped ? new BrowserStoppedException(failed.Message) : new PageException(failed.Message) { Kind = failed.Kind });
                break;
            case Crashed crashed:
                OnEnd(crashed.Load, new PageException(crashed.Message) { Exited = crashed.Exited });
                break;
            default:
                break;
        }
    }

    internal void Fail(Exception why)
    {
        foreach (var wait in _waiting)
            wait.Done.TrySetException(why);
        _waiting.Clear();
    }

    private void OnEnd(int load, object end)
    {
        _last = (load, end);
        foreach (var wait in _waiting.FindAll(wait => wait.Load == load))
            End(wait, end);
        _waiting.RemoveAll(wait => wait.Load == load);
    }

    private static void End(Wait wait, object end)
    {
        if (end is ActResult result)
            wait.Done.TrySetResult(result);
        else
            wait.Done.TrySetException((Exception)end);
    }

    /// <summary>Completes a task with a navigation's end.</summary>
    internal sealed record Wait(int Load, TaskCompletionSource<ActResult> Done) : INoSerializationVerificationNeeded;
}

/// <summary>What an action on a page has led to.</summary>
public sealed record ActResult
{
    /// <summary>The number of the navigation that it has begun; null if at most the page has changed.</summary>
    public int? Load { get; init; }

    /// <summary>The page that the navigation has reached, or that the tab still shows (after a download, or status 204 or 205); null without a navigation.</summary>
    public PageSummary? Page { get; init; }

    /// <summary>The file that the navigation has ended with; null for none.</summary>
    public Downloaded? Download { get; init; }
}
