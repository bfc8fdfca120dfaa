using System.Runtime.ExceptionServices;

namespace ActorBrowser.ModelTests;

/// <summary>Runs seeds on the one thread that created it, and finds the shortest list of operations with which a seed fails.</summary>
internal sealed class Explorer
{
    // An actor system grows slightly with each name that it has known.
    private const int RunsOfOneSystem = 2000;

    private ModelSystem _machine = new();
    private int _runs;

    internal static void OnItsThread(Action<Explorer> explore)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                explore(new Explorer());
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, maxStackSize: 16 << 20)
        { IsBackground = true, Name = "model" };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    internal Outcome Run(ulong seed, bool traced = false) => Run(seed, Operation.Of(seed), traced);

    /// <summary>A short report of a seed's failure: the necessary operations, and the steps.</summary>
    internal string Shrink(ulong seed)
    {
        var operations = Operation.Of(seed).ToList();
        for (var size = operations.Count / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= operations.Count;)
            {
                List<Operation> fewer = [.. operations[..at], .. operations[(at + size)..]];
                if (fewer.Count > 0 && Run(seed, fewer, traced: false).Failures.Count > 0)
                    operations = fewer;
                else
                    at += size;
            }
        }
        var outcome = Run(seed, operations, traced: true);
        return $"{string.Join("\n", outcome.Failures)}\n\nwith these operations:\n{string.Join("\n", operations)}\n\nsteps:\n{string.Join("\n", outcome.Trace)}";
    }

    private Outcome Run(ulong seed, IReadOnlyList<Operation> operations, bool traced)
    {
        var outcome = new World(_machine, seed, operations, traced).Run();
        // The rest of a failed run would disturb the next one.
        if (++_runs % RunsOfOneSystem == 0 || outcome.Failures.Count > 0)
            _machine = new ModelSystem();
        return outcome;
    }
}
