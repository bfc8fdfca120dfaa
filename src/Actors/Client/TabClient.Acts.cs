using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>Acting on the page as a user does.</content>
public sealed partial class TabClient
{
    /// <summary>Loads the page again; a form that was sent with POST is sent again if asked for.</summary>
    /// <param name="resubmit">Whether to send a form again; otherwise a page that answered one is not loaded again.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException">The page cannot be loaded, or it answered a form.</exception>
    public Task<PageSummary> ReloadAsync(bool resubmit, CancellationToken cancellation = default) => LoadAsync(new Reload { Resubmit = resubmit }, cancellation);

    /// <summary>Does an action, and waits for the end of the navigation that it begins, if any.</summary>
    /// <param name="act">The action.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public async Task<ActResult> ActAsync(Act act, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(act);
        switch (await AskAsync(act, cancellation).ConfigureAwait(false))
        {
            case Acted { Load: { } load }:
                return await EndOfAsync(load, cancellation).ConfigureAwait(false);
            case Acted:
                return new ActResult();
            case QueryFailed failed:
                throw new PageException(failed.Message) { Exited = failed.Exited, Failure = failed.Kind, Act = failed.Act, Field = failed.Field };
            case var other:
                throw new InvalidOperationException($"The tab answered with {other}.");
        }
    }

    private async Task<ActResult> EndOfAsync(int load, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<ActResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _listener.Tell(new LoadWaiters.Wait(load, done));
        try
        {
            return await EndsAsync(done.Task, _over, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            Tab.Tell(new Stop());
            throw;
        }
    }
}
