using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>An actor that runs commands until it is done, and fails if one is refused.</summary>
internal abstract class CommandUser(TaskCompletionSource<long> done) : UntypedActor
{
    /// <summary>Starts such an actor with these arguments and its task, and waits for its result.</summary>
    protected static Task<long> RunAsync<T>(Browser browser, params object[] arguments) where T : CommandUser
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        browser.StartActor(Props.Create(typeof(T), [.. arguments, done]));
        return done.Task;
    }

    protected sealed override void OnReceive(object message)
    {
        if (message is SpawnRefused refused)
        {
            done.TrySetException(new InvalidOperationException(refused.Message));
            Context.Stop(Self);
        }
        else
        {
            OnEvent(message);
        }
    }

    protected abstract void OnEvent(object message);

    protected void Finish(long result)
    {
        done.TrySetResult(result);
        Context.Stop(Self);
    }
}
