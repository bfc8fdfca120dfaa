using Akka.Configuration;
using Akka.Dispatch;

namespace Akka.TestKit;

public class CallingThreadDispatcherConfigurator : MessageDispatcherConfigurator
{
    public CallingThreadDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
    }

    public override MessageDispatcher Dispatcher() => new CallingThreadDispatcher(this);
}

/// <summary>Runs an actor's mailbox on the thread that enqueued to it, before the send returns.</summary>
public class CallingThreadDispatcher : MessageDispatcher
{
    public static new string Id = "akka.test.calling-thread-dispatcher";

    public CallingThreadDispatcher(MessageDispatcherConfigurator configurator)
        : base(configurator)
    {
    }

    protected override void ExecuteTask(IRunnable run) => run.Run();

    protected override void Shutdown()
    {
    }
}
