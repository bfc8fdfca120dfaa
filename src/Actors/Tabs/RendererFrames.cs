using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Passes a renderer's frames to what they are about: the tab's page, its scripts, or the actor that has asked.</summary>
/// <param name="page">The tab's page.</param>
/// <param name="resources">Its images.</param>
/// <param name="scripts">Its scripts.</param>
/// <param name="acts">The actions on the page.</param>
/// <param name="renderer">The renderer, which is ended if it breaks a rule.</param>
internal sealed class RendererFrames(TabPage page, PageResources resources, TabScripts scripts, TabActs acts, RendererLease renderer)
{
    internal void On(ChildFrames.UserFrame frame)
    {
        if (acts.OnFrame(frame))
            return;
        switch (frame)
        {
            case ChildFrames.Wanted wanted:
                if (frame.Id == page.Document)
                    resources.OnImagesWanted(wanted.Value);
                break;
            case ChildFrames.PageIsSettled settled:
                OnSettled(frame.Id, settled.Value);
                break;
            case ChildFrames.PageNavigates navigates:
                if (frame.Id == page.Document)
                    page.OnNavigates(navigates.Value);
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.Answer or ChildFrames.ScriptValue or ChildFrames.NoScriptValue or ChildFrames.TooLarge:
                if (renderer.Take(frame) is { } question)
                    OnAnswer(frame, question);
                break;
            default:
                if (scripts.OnFrame(frame) is { } broken)
                    renderer.Violated(broken);
                break;
        }
    }

    private void OnSettled(ulong id, in PageSettled settled)
    {
        if (id == page.Document && !scripts.IsAwaited)
        {
            renderer.Violated("The renderer reported the end of scripts that did not run, or twice.");
            return;
        }
        // Of a previous page: from now on the renderer is idle.
        _ = renderer.Take(id);
        if (id != page.Document)
            return;
        scripts.End();
        page.OnSettled(settled);
    }

    private void OnAnswer(ChildFrames.UserFrame frame, RendererLease.Question question)
    {
        switch (frame)
        {
            case var answer when question.Asker is { } asker:
                if (!(question.IsScript ? QueryAnswers.TryPassValue(answer, asker) : QueryAnswers.TryPass(answer, asker)))
                    goto default;
                break;
            case ChildFrames.Document when frame.Id != page.Document || page.State != TabState.Loading:
                // A previous page, whose scripts run now.
                scripts.AwaitPrevious(frame.Id);
                break;
            case ChildFrames.NoDocument or ChildFrames.TooLarge when frame.Id != page.Document || page.State != TabState.Loading:
                break;
            case ChildFrames.Document document:
                page.OnParsed(document.Value);
                break;
            case ChildFrames.NoDocument failed:
                page.Fail(failed.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge:
                page.Fail($"The page's URL and content type exceed the frame limit of {tooLarge.Limit} bytes.");
                break;
            default:
                renderer.Violated($"The renderer answered a request with a {frame.GetType().Name}, which does not answer it.");
                break;
        }
    }
}
