using System;

namespace Akka.Annotations;

[AttributeUsage(AttributeTargets.All)]
public sealed class InternalApiAttribute : Attribute
{
}

[AttributeUsage(AttributeTargets.All)]
public sealed class ApiMayChangeAttribute : Attribute
{
}
