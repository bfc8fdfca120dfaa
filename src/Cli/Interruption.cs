using System.Runtime.InteropServices;

namespace ActorBrowser.Cli;

/// <summary>
/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation, so that every verb ends the same way: children stopped,
/// terminal restored. A second signal has its default action and ends the process at once; the children see their
/// channel close and exit.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>SIGHUP: the terminal was closed.</summary>
    internal const int Hangup = 1;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signal;

    internal Interruption()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>The signal received; 0 for none.</summary>
    internal static int Received { get; private set; }

    internal CancellationToken Token => _source.Token;

    /// <summary>128 + the signal's number, as a shell reports it; 0 for none.</summary>
    internal int ExitCode => _signal == 0 ? 0 : ExitCodes.BySignal + _signal;

    private void OnSignal(PosixSignalContext context)
    {
        var number = context.Signal switch
        {
            PosixSignal.SIGHUP => Hangup,
            PosixSignal.SIGINT => 2,
            _ => 15,
        };
        if (Interlocked.CompareExchange(ref _signal, number, 0) != 0)
            return;
        Received = number;
        context.Cancel = true;
        // Continuations of the token must not run on the signal-handling thread.
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _source, preferLocal: false);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        // The source is not disposed: a signal handler that is running now may still cancel it.
    }
}
