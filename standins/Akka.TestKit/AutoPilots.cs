using System;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Lets a test actor answer by itself: it sees each message before the test does.</summary>
public abstract class AutoPilot
{
    public static NoAutoPilot NoAutoPilot => NoAutoPilot.Instance;

    public static KeepRunning KeepRunning => KeepRunning.Instance;

    /// <returns>The pilot of the next message; <see cref="KeepRunning"/> for this one again.</returns>
    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>Does nothing.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    public static NoAutoPilot Instance = new();

    private NoAutoPilot()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>A pilot's answer that keeps that pilot; never itself a pilot.</summary>
public sealed class KeepRunning : AutoPilot
{
    public static KeepRunning Instance = new();

    private KeepRunning()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) =>
        throw new InvalidOperationException("Must not call");
}

public delegate AutoPilot AutoPilotDelegate(IActorRef sender, object message);

/// <summary>A pilot made of a function.</summary>
public sealed class DelegateAutoPilot : AutoPilot
{
    private readonly AutoPilotDelegate _run;

    public DelegateAutoPilot(AutoPilotDelegate autoPilotDelegate) => _run = autoPilotDelegate;

    public override AutoPilot Run(IActorRef sender, object message) => _run(sender, message);
}
