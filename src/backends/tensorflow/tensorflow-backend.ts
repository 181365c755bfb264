/** A tfjs backend whose tensors are TensorFlow's: tfjs-node's, with fused kernels for our ops and updates in place. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { tidy } from '../../ops/memory.js';
import type { Binding, NodeBackend, NodeBackendClass } from './binding.js';
import { Operations, type Tensor } from './operations.js';

/** The backend that kernels get. */
export interface TensorflowBackend extends NodeBackend {
  /** Runs a kernel; what it makes and does not return is freed. */
  runKernel<T>(kernel: () => T): T;
  /**
   * Updates a tensor in place.
   *
   * @param update changes a variable with the tensor's values
   * @returns another tensor of the same data; null when other tensors share it, so that it must not change
   */
  updateInPlace(
    parameter: TensorInfo,
    update: (operations: Operations, variable: Tensor) => void,
  ): TensorInfo | null;
}

/** Makes the backend. */
export function makeTensorflowBackend(BackendClass: NodeBackendClass, binding: Binding): TensorflowBackend {
  class WithFusedKernels extends BackendClass implements TensorflowBackend {
    /** The variables whose values tensors are, by the data of the tensors. */
    private readonly variables = new Map<object, Tensor>();
    private made = 0;

    runKernel<T>(kernel: () => T): T {
      return tidy(kernel);
    }

    updateInPlace(
      parameter: TensorInfo,
      update: (operations: Operations, variable: Tensor) => void,
    ): TensorInfo | null {
      const { dataId, shape, dtype } = parameter;
      const data = this.tensorMap.get(dataId);
      if (data.refCount > 1) return null;
      Operations.run(this, (operations) => {
        const variable = this.variables.get(dataId) ?? this.variableOf(parameter, operations);
        // As long as a tensor has the variable's values, an update would copy them.
        this.binding.deleteTensor(data.id);
        try {
          update(operations, variable);
        } finally {
          data.id = operations.read(variable).id;
        }
        return [];
      });
      this.incRef(dataId);
      return { dataId, shape, dtype };
    }

    override disposeData(dataId: object, force = false): boolean {
      const gone = super.disposeData(dataId, force);
      const variable = this.variables.get(dataId);
      if (gone && variable) {
        this.variables.delete(dataId);
        Operations.run(this, (operations) => {
          operations.destroy(variable);
          return [];
        });
      }
      return gone;
    }

    /** Makes the variable of a tensor, with a copy of its values: they may be those of an array of the caller. */
    private variableOf(parameter: TensorInfo, operations: Operations): Tensor {
      this.made += 1;
      const variable = operations.variable(`zlm ${this.made}`, operations.copy(operations.of(parameter)));
      this.variables.set(parameter.dataId, variable);
      return variable;
    }
  }
  return new WithFusedKernels(binding, 'tensorflow');
}
