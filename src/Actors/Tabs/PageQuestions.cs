using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Questions about a tab's page: they go to its renderer, or are answered at once where no page is loaded.</summary>
/// <param name="page">The tab's page.</param>
/// <param name="settings">The limits of a page.</param>
/// <param name="renderer">The page's renderer.</param>
/// <param name="resources">The page's resources.</param>
internal sealed class PageQuestions(TabPage page, TabSettings settings, RendererLease renderer, PageResources resources)
{
    private string NoPage => page.Problem ?? "No page is loaded.";

    internal void Ask(Query query, IActorRef asker)
    {
        if (page.State == TabState.Loaded && renderer.IsThere)
            renderer.Query(query, asker);
        else
            asker.Tell(new QueryFailed(DocumentFailure.NoDocument, NoPage));
    }

    internal void Ask(Evaluate evaluate, IActorRef asker)
    {
        if (page.State == TabState.Loaded && renderer.IsThere)
            renderer.Evaluate(evaluate.Code, evaluate.Timeout ?? TimeSpan.FromMilliseconds(settings.ScriptLimits.MaxMilliseconds), settings.ScriptLimits.MaxBytes, asker, RequestSpan.Begin("evaluate", evaluate.TraceParent));
        else
            asker.Tell(new EvaluationFailed(ScriptFailure.NoDocument, NoPage, 0, 0));
    }

    internal void Ask(FetchResource resource, IActorRef asker)
    {
        if (page.State == TabState.Loaded)
            resources.Fetch(resource.Url, asker);
        else
            asker.Tell(new QueryFailed(DocumentFailure.NoDocument, NoPage));
    }
}
