using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Hosting;

namespace ActorBrowser;

/// <summary>
/// A typed role for code without actors, and for code that cancels or streams. <c>services.AddBrowserClient()</c> makes it
/// injectable; <see cref="For"/> wraps the role's actor.
/// </summary>
/// <typeparam name="TRole">The role's class.</typeparam>
public sealed class RoleClient<TRole> where TRole : class
{
    private static readonly Func<string, Exception> WhenStopped = static message => new BrowserStoppedException(message);

    private readonly IRequiredActor<TRole>? _find;
    private IActorRef? _role;

    /// <summary>Creates a client of the role that <c>WithActorBrowser(browser => browser.AddRole(…))</c> registers. Its calls wait until the browser has started.</summary>
    /// <param name="role">The registered actor.</param>
    public RoleClient(IRequiredActor<TRole> role) => _find = role ?? throw new ArgumentNullException(nameof(role));

    private RoleClient(IActorRef role) => _role = role;

    /// <summary>Creates a client of this role.</summary>
    /// <param name="role">Its actor.</param>
    public static RoleClient<TRole> For(IActorRef role)
    {
        ArgumentNullException.ThrowIfNull(role);
        return new RoleClient<TRole>(role);
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <typeparam name="TAnswer">The answer's type.</typeparam>
    /// <param name="request">A message that the role handles.</param>
    /// <param name="timeout">How long it may take, including the wait for a process; zero or infinite for no limit, null for <c>actorbrowser.role.timeout</c>.</param>
    /// <param name="cancellation">Cancels the request, in the child, too.</param>
    /// <exception cref="RoleFailedException">The handler threw, or cannot read the request, or its answer cannot be sent.</exception>
    /// <exception cref="RoleRefusedException">No child has seen the request.</exception>
    /// <exception cref="RoleTimeoutException">The time is over.</exception>
    /// <exception cref="ChildLostException">The child ended before it answered.</exception>
    /// <exception cref="InvalidMessageException">The role has no such message, it cannot be serialised, or its answer is of another type.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped.</exception>
    public Task<TAnswer> AskAsync<TAnswer>(object request, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<TAnswer>(cancellation);
        return _role is { } role
            ? Reply.AskAsync<TAnswer>(role, new RoleCommands.Ask(request, typeof(TAnswer), timeout, cancellation), WhenStopped, cancellation)
            : AskLaterAsync<TAnswer>(request, timeout, cancellation);
    }

    /// <summary>Sends a request, and returns its items as they arrive. Leaving the loop cancels the request in the child.</summary>
    /// <typeparam name="TItem">The items' type.</typeparam>
    /// <param name="request">A message that the role answers by a stream.</param>
    /// <param name="timeout">How long the whole stream may take; null for no limit once a process has begun it.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <inheritdoc cref="AskAsync"/>
    public async IAsyncEnumerable<TItem> StreamAsync<TItem>(object request, TimeSpan? timeout = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var role = await RoleAsync(cancellation).ConfigureAwait(false);
        var sink = new RoleStreamSink();
        try
        {
            var opened = await Reply.AskAsync<RoleCommands.StreamOpened>(role, new RoleCommands.OpenStream(request, typeof(TItem), sink, timeout), WhenStopped, cancellation).ConfigureAwait(false);
            while (await sink.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                while (sink.Reader.TryRead(out var batch))
                {
                    for (var left = batch.Items; !left.IsEmpty;)
                    {
                        var item = sink.Next<TItem>(opened.Codec, role, ref left);
                        yield return item;
                    }
                    role.Tell(new RoleCommands.Consumed(sink, batch.Credit), ActorRefs.NoSender);
                    cancellation.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            role.Tell(new RoleCommands.CloseStream(sink), ActorRefs.NoSender);
        }
    }

    /// <summary>Replaces a plugin by another assembly, or by the same file again. See <see cref="RoleProtocol.ReloadPlugin"/>.</summary>
    /// <param name="path">The assembly; a relative path is in the program's folder. Null for the file of the present processes.</param>
    /// <param name="cancellation">Ends the wait, not the reload.</param>
    /// <exception cref="ChildLostException">A new process was lost before it was ready: the old ones serve on.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidMessageException">The role is no plugin, or another reload is under way.</exception>
    public async Task<RoleProtocol.PluginReloaded> ReloadAsync(string? path = null, CancellationToken cancellation = default) =>
        await Reply.AskAsync<RoleProtocol.PluginReloaded>(await RoleAsync(cancellation).ConfigureAwait(false), new RoleProtocol.ReloadPlugin(path), WhenStopped, cancellation).ConfigureAwait(false);

    /// <summary>Sends a message that has no answer.</summary>
    /// <param name="message">A message that the role receives.</param>
    /// <param name="cancellation">Ends the wait for a browser that has not started yet.</param>
    public async ValueTask TellAsync(object message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        (await RoleAsync(cancellation).ConfigureAwait(false)).Tell(message, ActorRefs.NoSender);
    }

    private async Task<TAnswer> AskLaterAsync<TAnswer>(object request, TimeSpan? timeout, CancellationToken cancellation)
    {
        await RoleAsync(cancellation).ConfigureAwait(false);
        return await AskAsync<TAnswer>(request, timeout, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<IActorRef> RoleAsync(CancellationToken cancellation) => _role ??= await _find!.GetAsync(cancellation).ConfigureAwait(false);
}
