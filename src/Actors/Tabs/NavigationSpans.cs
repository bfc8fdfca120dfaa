using System.Diagnostics;
using ActorBrowser.Transport.Http;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>The spans of one tab's navigations, each from LoadStarted to the event that ends it.</summary>
internal sealed class NavigationSpans
{
    /// <summary>The navigation in progress; null without one, or without a listener.</summary>
    internal RequestSpan? Current { get; private set; }

    /// <summary>The asker's span of the message that the tab handles now.</summary>
    internal ActivityContext Asker { private get; set; }

    /// <summary>The parent of what the tab asks others for: the navigation in progress, or else the asker's span.</summary>
    internal ActivityContext Context => Current?.Context ?? Asker;

    /// <summary>The tab tells its subscribers of an event.</summary>
    internal void On(IEvent happened)
    {
        switch (happened)
        {
            case LoadStarted started when BrowserTracing.IsOn:
                GiveUp("Superseded", "Another navigation has begun.");
                Current = RequestSpan.Begin("navigate", Asker);
                if (Current is { IsRecorded: true } span && WebUrl.TryParse(started.Url, out var url))
                    span.Set("url.full", url.WithoutCredentials);
                break;
            case LoadFinished finished when Current is { } loaded:
                if (loaded.IsRecorded && WebUrl.TryParse(finished.Page.Url, out var last))
                    loaded.Set("actorbrowser.url.final", last.WithoutCredentials);
                End(finished.Page.Status);
                break;
            case StayedOnPage stayed:
                End(stayed.Status);
                break;
            case Downloaded:
                End(null);
                break;
            case LoadFailed failed:
                GiveUp(failed.Kind?.ToString() ?? "LoadFailed", failed.Message);
                break;
            case Crashed crashed:
                GiveUp("RendererLost", crashed.Message);
                break;
            case TabProtocol.Closed:
                GiveUp("Closed", "The tab is closed.");
                break;
            default:
                break;
        }
    }

    /// <summary>Ends the navigation in progress, if there is one, without a page.</summary>
    internal void GiveUp(string kind, string why)
    {
        Current?.End(kind, why);
        Current = null;
    }

    private void End(int? status)
    {
        if (status is not null)
            Current?.Set("http.response.status_code", status);
        Current?.End();
        Current = null;
    }
}
