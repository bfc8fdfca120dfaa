namespace ActorBrowser.ModelTests;

/// <summary>The actions of users, and misfortunes, that a browser experiences.</summary>
internal enum Act
{
    Fetch, CancelFetch, CancelToken, CancelAsAnother, StopRequester,
    Decode, CancelDecode, StopAsker,
    OpenTab, Navigate, Reload, Query, StopLoading, CloseTab,
    SpawnChild, AskChild, ShutDownChild, StopChildActor,
    KillProcess, CrashProcess, Hang,
    PoisonCoordinator, KillCoordinator, PillCoordinator,
    PoisonSupervisor, KillSupervisor, PillSupervisor,
    PoisonBrowser, PoisonImages, PoisonDecoders, PoisonRenderers, PoisonTab, PoisonTabs, PoisonChildActor,
    StopBrowser,
}

/// <summary>One action; its numbers select its target and its kind.</summary>
internal readonly record struct Operation(Act Act, int A, int B)
{
    private static readonly (Act Act, int Weight)[] Weights =
    [
        (Act.Fetch, 60), (Act.CancelFetch, 6), (Act.CancelToken, 6), (Act.CancelAsAnother, 2), (Act.StopRequester, 8),
        (Act.Decode, 14), (Act.CancelDecode, 3), (Act.StopAsker, 3),
        (Act.OpenTab, 4), (Act.Navigate, 8), (Act.Reload, 2), (Act.Query, 4), (Act.StopLoading, 1), (Act.CloseTab, 2),
        (Act.SpawnChild, 4), (Act.AskChild, 6), (Act.ShutDownChild, 2), (Act.StopChildActor, 2),
        (Act.KillProcess, 10), (Act.CrashProcess, 4), (Act.Hang, 2),
        (Act.PoisonCoordinator, 4), (Act.KillCoordinator, 2), (Act.PillCoordinator, 2),
        (Act.PoisonSupervisor, 2), (Act.KillSupervisor, 1), (Act.PillSupervisor, 1),
        (Act.PoisonBrowser, 1), (Act.PoisonImages, 2), (Act.PoisonDecoders, 2), (Act.PoisonRenderers, 1), (Act.PoisonTab, 1), (Act.PoisonTabs, 1), (Act.PoisonChildActor, 2),
        (Act.StopBrowser, 2),
    ];

    private static readonly int Sum = Weights.Sum(static pair => pair.Weight);

    /// <summary>The operations of a seed: 3 to 30.</summary>
    internal static Operation[] Of(ulong seed)
    {
        var state = Hashing.Mix(~seed);
        var operations = new Operation[3 + Draw(28)];
        for (var i = 0; i < operations.Length; i++)
        {
            var luck = Draw(Sum);
            var act = Weights[0].Act;
            foreach (var (candidate, weight) in Weights)
            {
                act = candidate;
                if ((luck -= weight) < 0)
                    break;
            }
            operations[i] = new Operation(i == 0 ? Act.Fetch : act, Draw(1 << 20), Draw(1 << 20));
        }
        return operations;

        int Draw(int below) => (int)(Hashing.Mix(state += 0x9E3779B97F4A7C15) % (ulong)below);
    }

    public override string ToString() => $"{Act} {A} {B}";
}
